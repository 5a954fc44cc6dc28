import { Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { Interaction } from '../interactions/interaction.model.js';
import { Lead } from '../leads/lead.model.js';
import { DemoService } from './demo.service.js';
import { SalesYearService } from './sales-year.service.js';

@Module({
  imports: [SequelizeModule.forFeature([Lead, Interaction])],
  providers: [DemoService, SalesYearService],
  exports: [DemoService, SalesYearService],
})
export class DemoModule {}
