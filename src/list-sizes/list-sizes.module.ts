import { type DynamicModule, Module } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import { ProbeConnection } from '../database/probe-connection.js';
import { ListSizes } from './list-sizes.js';

/** Warns before lists without pages reach their limits. */
@Module({})
export class ListSizesModule {
  static register(limits: Settings['lists']): DynamicModule {
    return {
      module: ListSizesModule,
      global: true,
      providers: [
        {
          provide: ListSizes,
          inject: [ProbeConnection],
          useFactory: (probe: ProbeConnection) => new ListSizes(probe, limits),
        },
      ],
      exports: [ListSizes],
    };
  }
}
