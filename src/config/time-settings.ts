import type { z } from 'zod';
import { integer, type SettingsOf } from './setting-kinds.js';

/** Timeouts, in milliseconds. */
export abstract class TimeSettings {
  /** For a query, or for a mutation that writes only a few rows. */
  abstract readonly requestMs: number;
  /** For a client to read the data that the server has written, over HTTP and WebSocket. */
  abstract readonly responseWriteMs: number;
  /** For everything that reads or writes all leads. */
  abstract readonly recalculationMs: number;
  /** For acquiring a database connection, from the pool or a new one. */
  abstract readonly acquireMs: number;
  /** For the response to a database ping. After it, the database counts as unavailable. */
  abstract readonly pingMs: number;
  /** From the moment readiness fails until the server rejects new requests. */
  abstract readonly shutdownDelayMs: number;
  /** For open requests to finish, once the server rejects new ones. */
  abstract readonly shutdownMs: number;
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
    'Timeout of a recalculation, an undo, or a preview, publication or evaluation of scoring rules, in milliseconds. Then it is rolled back.',
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
    'Time that open requests have to finish after that, in milliseconds. Summaries of workers have the same, but at most 5 seconds.',
  ),
} satisfies z.ZodRawShape;

/** Load balancers need a moment to notice that a server stops. In development there are none. */
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
