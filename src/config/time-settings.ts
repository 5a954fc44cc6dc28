import type { z } from 'zod';
import { integer, type SettingsOf } from './setting-kinds.js';

/** How long what may take how long. */
export interface TimeSettings {
  /** A query, or a mutation that writes no more than a few rows. */
  readonly requestMs: number;
  /** For a client to read what has been written for it, over HTTP and WebSocket. */
  readonly responseWriteMs: number;
  /** `recalculateAllScores`. */
  readonly recalculationMs: number;
  /** Waiting for a connection to the database, whether for one of the pool or for a new one. */
  readonly acquireMs: number;
  /** How long the database may leave a ping unanswered before it counts as gone. */
  readonly pingMs: number;
  /** From when the server says that it is no longer ready until it takes no more requests. */
  readonly shutdownDelayMs: number;
  /** What requests that are under way have left, once the server takes no more. */
  readonly shutdownMs: number;
}

export const timeShape = {
  REQUEST_TIMEOUT_MS: integer('REQUEST_TIMEOUT_MS', 100, 600_000, 30_000),
  RESPONSE_WRITE_TIMEOUT_MS: integer('RESPONSE_WRITE_TIMEOUT_MS', 1_000, 600_000, 30_000),
  RECALCULATION_TIMEOUT_MS: integer('RECALCULATION_TIMEOUT_MS', 1_000, 86_400_000, 3_600_000),
  DATABASE_ACQUIRE_TIMEOUT_MS: integer('DATABASE_ACQUIRE_TIMEOUT_MS', 100, 60_000, 5_000),
  DATABASE_PING_TIMEOUT_MS: integer('DATABASE_PING_TIMEOUT_MS', 100, 60_000, 2_000),
  SHUTDOWN_DELAY_MS: integer('SHUTDOWN_DELAY_MS', 0, 60_000, null),
  SHUTDOWN_TIMEOUT_MS: integer('SHUTDOWN_TIMEOUT_MS', 100, 600_000, 10_000),
} satisfies z.ZodRawShape;

/** Load balancers need a moment to notice that a server is about to go; nobody who develops has one. */
const PRODUCTION_DELAY_MS = 5_000;

export function timeSettings(env: SettingsOf<typeof timeShape>, isProduction: boolean): TimeSettings {
  return {
    requestMs: env.REQUEST_TIMEOUT_MS,
    responseWriteMs: env.RESPONSE_WRITE_TIMEOUT_MS,
    recalculationMs: env.RECALCULATION_TIMEOUT_MS,
    acquireMs: env.DATABASE_ACQUIRE_TIMEOUT_MS,
    pingMs: env.DATABASE_PING_TIMEOUT_MS,
    shutdownDelayMs: env.SHUTDOWN_DELAY_MS ?? (isProduction ? PRODUCTION_DELAY_MS : 0),
    shutdownMs: env.SHUTDOWN_TIMEOUT_MS,
  };
}
