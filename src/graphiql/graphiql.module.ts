import { Logger, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { readGraphiqlFiles } from './graphiql-files.js';
import { serveGraphiql } from './serve-graphiql.js';

/**
 * Serves GraphiQL to browsers that open the address of the API. For development only, because it needs
 * introspection.
 */
@Module({})
export class GraphiqlModule implements OnModuleInit {
  private readonly logger = new Logger('GraphiQL');

  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const files = readGraphiqlFiles();
    if (files === null) {
      this.logger.warn('The GraphiQL page is missing; run `pnpm build`.');
      return;
    }
    serveGraphiql(this.host.httpAdapter.getInstance<FastifyInstance>(), files);
  }
}
