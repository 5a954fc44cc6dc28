import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { WorkRecords } from '../database/work-records.js';
import { ImportEvents } from './import-events.js';
import type { ImportRecord } from './import-record.js';
import { READ_IMPORT, READ_PAGE, REQUEST_CANCEL } from './import-record.sql.js';

/** Reads the records of imports of all processes, and cancels running imports. */
@Injectable()
export class ImportRecordsService extends WorkRecords<ImportRecord> {
  constructor(@InjectConnection() sequelize: Sequelize, events: ImportEvents) {
    super(sequelize, events, {
      name: 'Import',
      list: 'imports',
      readOne: READ_IMPORT,
      readPage: READ_PAGE,
      requestCancel: REQUEST_CANCEL,
      notRunning: 'IMPORT_NOT_RUNNING',
      progressOf: ({ step, doneCount, totalCount }) => [step, doneCount, totalCount],
    });
  }
}
