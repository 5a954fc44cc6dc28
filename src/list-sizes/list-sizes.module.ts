import { type DynamicModule, Module } from '@nestjs/common';
import { getConnectionToken } from '@nestjs/sequelize';
import type { Sequelize } from 'sequelize';
import type { Settings } from '../config/settings.js';
import { ListSizes } from './list-sizes.js';

/** Warns before lists that are answered in one piece reach their limits. */
@Module({})
export class ListSizesModule {
  static register(limits: Settings['lists']): DynamicModule {
    return {
      module: ListSizesModule,
      global: true,
      providers: [
        {
          provide: ListSizes,
          inject: [getConnectionToken()],
          useFactory: (sequelize: Sequelize) => new ListSizes(sequelize, limits),
        },
      ],
      exports: [ListSizes],
    };
  }
}
