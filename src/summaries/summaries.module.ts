import { type DynamicModule, Module } from '@nestjs/common';
import { getConnectionToken, SequelizeModule } from '@nestjs/sequelize';
import type { Sequelize } from 'sequelize';
import type { SummarySettings } from '../config/summary-settings.js';
import { Lead } from '../leads/lead.model.js';
import { AISummaryService } from './ai-summary.service.js';
import { SummariesAfterChange } from './summaries-after-change.js';
import { StaleSummaryLoader } from './stale-summary.loader.js';
import { SummaryDetailLoader } from './summary-detail.loader.js';
import { SummaryLeases } from './summary-lease.js';
import { SummaryStore } from './summary-store.js';
import { SummaryWriter } from './summary-writer.js';
import { createSummaryWriter } from './summary-writer.provider.js';

/** Generates summaries of single leads. The module is global, so any feature can request a summary. */
@Module({})
export class SummariesModule {
  static register(settings: SummarySettings): DynamicModule {
    return {
      module: SummariesModule,
      global: true,
      imports: [SequelizeModule.forFeature([Lead])],
      providers: [
        AISummaryService,
        SummaryStore,
        SummaryLeases,
        SummaryDetailLoader,
        StaleSummaryLoader,
        {
          provide: SummariesAfterChange,
          inject: [getConnectionToken()],
          useFactory: (sequelize: Sequelize) =>
            new SummariesAfterChange(sequelize, settings.refreshDelaySeconds),
        },
        { provide: SummaryWriter, useFactory: () => createSummaryWriter(settings) },
      ],
      exports: [
        AISummaryService,
        SummaryStore,
        SummaryDetailLoader,
        StaleSummaryLoader,
        SummariesAfterChange,
        SummaryWriter,
      ],
    };
  }
}
