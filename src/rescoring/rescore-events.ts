import { Injectable } from '@nestjs/common';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { RecordEvents } from '../database/record-events.js';
import { RUNS_CHANNEL } from './rescore-run.sql.js';

/** Hears which recalculations get further. */
@Injectable()
export class RescoreEvents extends RecordEvents {
  constructor(connections: DedicatedConnections) {
    super(connections, RUNS_CHANNEL, 'rescore events');
  }
}
