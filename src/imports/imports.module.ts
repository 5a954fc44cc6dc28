import { Module } from '@nestjs/common';
import { ImportEvents } from './import-events.js';
import { ImportRecordsService } from './import-records.service.js';
import { ImportsService } from './imports.service.js';

@Module({
  providers: [ImportsService, ImportRecordsService, ImportEvents],
  exports: [ImportsService, ImportRecordsService],
})
export class ImportsModule {}
