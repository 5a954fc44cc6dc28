import { Injectable } from '@nestjs/common';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { RecordEvents } from '../database/record-events.js';
import { IMPORTS_CHANNEL } from './import-record.sql.js';

/** Publishes the ids of imports whose record has changed. */
@Injectable()
export class ImportEvents extends RecordEvents {
  constructor(connections: DedicatedConnections) {
    super(connections, IMPORTS_CHANNEL, 'import events');
  }
}
