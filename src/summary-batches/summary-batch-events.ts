import { Injectable } from '@nestjs/common';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { RecordEvents } from '../database/record-events.js';
import { BATCHES_CHANNEL } from './summary-batch.sql.js';

/** Publishes the ids of summary batches whose record has changed. */
@Injectable()
export class SummaryBatchEvents extends RecordEvents {
  constructor(connections: DedicatedConnections) {
    super(connections, BATCHES_CHANNEL, 'summary batch events');
  }
}
