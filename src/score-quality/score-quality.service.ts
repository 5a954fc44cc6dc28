import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { monotonicNow } from '../common/clock.js';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { ReadSnapshot } from '../database/read-snapshot.js';
import type { ScoringRules } from '../leads/scoring/scoring-rules.js';
import { Landmarks } from './landmarks.js';
import { leadPastOf, LeadPastReader } from './lead-past-reader.js';
import { ScoreQuality, type ScoreQualityReport } from './score-quality.js';

/** How long an evaluation may keep the event loop busy before other events are processed. */
const SLICE_MS = 10;

export interface ScoreQualityOptions {
  readonly horizonDays: number;
  readonly landmarkEvery: number;
  readonly rules: ScoringRules;
  /** The number of leads to examine, always the same ones; absent: all. */
  readonly sample?: number;
}

export interface EvaluationControl {
  /** Aborting it cancels the statement and makes the evaluation fail with the reason. */
  readonly signal?: AbortSignal;
  /** Called after each batch of leads. */
  readonly onProgress?: (doneCount: number, totalCount: number) => void;
}

/** Evaluates how well scores would have predicted which leads are won. */
@Injectable()
export class ScoreQualityService {
  constructor(private readonly connections: DedicatedConnections) {}

  /** Reads the leads from one snapshot of the database. Changes nothing. */
  async evaluate(
    { horizonDays, landmarkEvery, rules, sample }: ScoreQualityOptions,
    { signal, onProgress }: EvaluationControl = {},
  ): Promise<ScoreQualityReport> {
    signal?.throwIfAborted();
    const snapshot = await ReadSnapshot.open(this.connections, 'score quality');
    const abort = () => {
      snapshot.abort();
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      const reader = await LeadPastReader.open(snapshot, rules, sample ?? null);
      const quality = new ScoreQuality(new Landmarks(landmarkEvery, horizonDays, reader.now), rules);
      let doneCount = 0;
      const slices = new Slices();
      for await (const rows of reader.batches()) {
        for (const row of rows) {
          quality.add(leadPastOf(row));
          if (slices.isOver()) await slices.next();
          signal?.throwIfAborted();
        }
        doneCount += rows.length;
        onProgress?.(doneCount, reader.leadCount);
      }
      await snapshot.close();
      return quality.report();
    } catch (error) {
      abort();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** Divides work, so that other events are processed in between. */
class Slices {
  private startedAt = monotonicNow();

  isOver(): boolean {
    return monotonicNow() - this.startedAt > SLICE_MS;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.startedAt = monotonicNow();
  }
}
