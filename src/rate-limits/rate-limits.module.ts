import { type DynamicModule, Logger, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InjectConnection } from '@nestjs/sequelize';
import type { FastifyInstance } from 'fastify';
import { Sequelize } from 'sequelize';
import { withRequest } from '../common/request-context.js';
import type {} from '../common/incoming-request.js';
import type {} from '../common/route-rules.js';
import type { MutationCounts } from '../graphql/limits/mutation-counts.js';
import { callerKeyOf } from './caller-key.js';
import { RateLimiter } from './rate-limiter.js';
import { cannotCount, RateStore } from './rate-store.js';

/** The counts of a request to a bulk route. */
const BULK_REQUEST: MutationCounts = { all: 0, summary: 0, bulk: 1 };

const CLEAN_UP_EVERY_MS = 60_000;

/**
 * Counts requests before their bodies are read. Mutations are counted once the document is parsed.
 * AccessModule is global, so Nest initialises it first and its authentication hook runs before the hook of
 * this module.
 */
@Module({})
export class RateLimitsModule implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('RateLimits');
  private cleanUp: NodeJS.Timeout | undefined;

  static register(limiter: RateLimiter): DynamicModule {
    return {
      module: RateLimitsModule,
      providers: [{ provide: RateLimiter, useValue: limiter }],
      exports: [RateLimiter],
    };
  }

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly host: HttpAdapterHost,
    private readonly limiter: RateLimiter,
  ) {}

  onModuleInit(): void {
    const store = new RateStore(this.sequelize);
    this.limiter.useStore(store);
    this.host.httpAdapter.getInstance<FastifyInstance>().addHook('onRequest', async (request) => {
      const { url, config } = request.routeOptions;
      const { rules } = config;
      if ((url !== '/graphql' && rules === undefined) || request.method === 'OPTIONS') return;
      await withRequest(request.context, async () => {
        await this.limiter.countRequest(callerKeyOf(request));
        if (rules?.isBulk === true) await this.limiter.countMutations(callerKeyOf(request), BULK_REQUEST);
      });
    });
    this.cleanUp = setInterval(() => {
      store.removeExpired().catch((error: unknown) => {
        // `WriteMonitor` reports a database that rejects writes.
        if (!cannotCount(error)) this.logger.warn('Expired rate limits could not be removed.', error);
      });
    }, CLEAN_UP_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.cleanUp);
  }
}
