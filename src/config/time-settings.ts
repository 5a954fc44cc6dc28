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
  REQUEST_TIMEOUT_MS: integer(
    'REQUEST_TIMEOUT_MS',
    100,
    600_000,
    30_000,
    'Timeout of a query or an ordinary mutation, in milliseconds. The server cancels its statements.',
  ),
  RESPONSE_WRITE_TIMEOUT_MS: integer(
    'RESPONSE_WRITE_TIMEOUT_MS',
    1_000,
    600_000,
    30_000,
    'Time that a client has to read an answer, in milliseconds. Then the server disconnects it.',
  ),
  RECALCULATION_TIMEOUT_MS: integer(
    'RECALCULATION_TIMEOUT_MS',
    1_000,
    86_400_000,
    3_600_000,
    'Timeout of `recalculateAllScores`, in milliseconds. Then it is rolled back.',
  ),
  DATABASE_ACQUIRE_TIMEOUT_MS: integer(
    'DATABASE_ACQUIRE_TIMEOUT_MS',
    100,
    60_000,
    5_000,
    'Time that a request waits for a connection of the pool, in milliseconds.',
  ),
  DATABASE_PING_TIMEOUT_MS: integer(
    'DATABASE_PING_TIMEOUT_MS',
    100,
    60_000,
    2_000,
    'Time that the database has to answer a ping, in milliseconds. Then it counts as gone.',
  ),
  SHUTDOWN_DELAY_MS: integer(
    'SHUTDOWN_DELAY_MS',
    0,
    60_000,
    null,
    'Time after SIGTERM during which the server still accepts requests, in milliseconds. Readiness is red already.',
    '`0` in development, `5000` in production',
  ),
  SHUTDOWN_TIMEOUT_MS: integer(
    'SHUTDOWN_TIMEOUT_MS',
    100,
    600_000,
    10_000,
    'Time that open requests have to finish after that, in milliseconds.',
  ),
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
