import { type DynamicModule, Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import type { SummarySettings } from '../config/settings.js';
import { Interaction } from '../interactions/interaction.model.js';
import { LeadLoader } from './lead.loader.js';
import { Lead } from './lead.model.js';
import { LeadsResolver } from './leads.resolver.js';
import { LeadsService } from './leads.service.js';
import { ScoreSettings } from './scoring/score-settings.js';
import { StaleScoreLoader } from './stale-score.loader.js';
import { AISummaryService } from './summaries/ai-summary.service.js';
import { SummaryWriter } from './summaries/summary-writer.js';
import { createSummaryWriter } from './summaries/summary-writer.provider.js';

@Module({})
export class LeadsModule {
  static register(summaries: SummarySettings, scores: ScoreSettings): DynamicModule {
    return {
      module: LeadsModule,
      imports: [SequelizeModule.forFeature([Lead, Interaction])],
      providers: [
        LeadsResolver,
        LeadsService,
        LeadLoader,
        StaleScoreLoader,
        { provide: ScoreSettings, useValue: scores },
        AISummaryService,
        { provide: SummaryWriter, useFactory: () => createSummaryWriter(summaries) },
      ],
      exports: [LeadsService],
    };
  }
}
