import { Module } from '@nestjs/common';
import { CsvImportService } from './csv-import.service.js';

@Module({ providers: [CsvImportService] })
export class DataImportModule {}
