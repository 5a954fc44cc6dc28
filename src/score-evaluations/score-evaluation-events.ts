import { Injectable } from '@nestjs/common';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { RecordEvents } from '../database/record-events.js';
import { EVALUATIONS_CHANNEL } from './score-evaluation-record.sql.js';

/** Publishes the ids of evaluations whose record has changed. */
@Injectable()
export class ScoreEvaluationEvents extends RecordEvents {
  constructor(connections: DedicatedConnections) {
    super(connections, EVALUATIONS_CHANNEL, 'evaluation events');
  }
}
