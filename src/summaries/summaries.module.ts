import { Global, Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { Tracer } from '../common/spans.js';
import { SummarySettings } from '../config/summary-settings.js';
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
@Global()
@Module({
  imports: [SequelizeModule.forFeature([Lead])],
  providers: [
    AISummaryService,
    SummaryStore,
    SummaryLeases,
    SummaryDetailLoader,
    StaleSummaryLoader,
    SummariesAfterChange,
    { provide: SummaryWriter, inject: [SummarySettings, Tracer], useFactory: createSummaryWriter },
  ],
  exports: [
    AISummaryService,
    SummaryStore,
    SummaryDetailLoader,
    StaleSummaryLoader,
    SummariesAfterChange,
    SummaryWriter,
  ],
})
export class SummariesModule {}
