import { type DynamicModule, Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { Interaction } from '../interactions/interaction.model.js';
import { LeadLoader } from './lead.loader.js';
import { LeadSummaryResolver } from './lead-summary.resolver.js';
import { Lead } from './lead.model.js';
import { LeadsResolver } from './leads.resolver.js';
import { LeadsService } from './leads.service.js';
import { ScoreSettings } from './scoring/score-settings.js';
import { StaleScoreLoader } from './stale-score.loader.js';

@Module({})
export class LeadsModule {
  static register(scores: ScoreSettings): DynamicModule {
    return {
      module: LeadsModule,
      imports: [SequelizeModule.forFeature([Lead, Interaction])],
      providers: [
        LeadsResolver,
        LeadSummaryResolver,
        LeadsService,
        LeadLoader,
        StaleScoreLoader,
        { provide: ScoreSettings, useValue: scores },
      ],
      exports: [LeadsService],
    };
  }
}
