import { Injectable } from '@nestjs/common';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { RecordEvents } from '../database/record-events.js';
import { RUNS_CHANNEL } from './recalculation-record.sql.js';

/** Publishes the ids of recalculations whose record has changed. */
@Injectable()
export class RecalculationEvents extends RecordEvents {
  constructor(connections: DedicatedConnections) {
    super(connections, RUNS_CHANNEL, 'recalculation events');
  }
}
