import { SpanKind } from '@opentelemetry/api';
import pg from 'pg';
import type { OtlpTracer } from './otlp-tracer.js';

/** Of all forms in which the driver takes a statement. */
type Query = (this: pg.Client, ...given: unknown[]) => unknown;
type Callback = (...answer: unknown[]) => unknown;

/** A statement as an object of the driver's, with its callback. */
const hasCallback = (statement: unknown): statement is { callback: Callback } =>
  statement instanceof pg.Query && typeof (statement as { callback?: unknown }).callback === 'function';

/** What begins a statement; the rest may hold values. */
const KIND = /^\s*(\w+)/;

/**
 * A span for each statement that a request, a job or the like sends to PostgreSQL, whoever sends it: by its kind alone.
 * What comes by itself, such as looking for jobs, is left out. It takes the place of the driver's own method, which
 * only a process that makes traces does.
 * @returns what puts it back
 */
export function traceStatements(tracer: OtlpTracer): () => void {
  const driver = pg.Client.prototype as unknown as { query: Query };
  const { query } = driver;
  driver.query = function traced(...given) {
    if (!tracer.isInTrace) return query.apply(this, given);
    const span = tracer.begin(kindOf(given[0]), SpanKind.CLIENT, { 'db.system.name': 'postgresql' });
    const endingWith =
      (callback: Callback): Callback =>
      (...answer) => {
        span.end(answer[0] ?? undefined);
        return callback(...answer);
      };
    const [statement] = given;
    const callback = given.at(-1);
    if (hasCallback(statement)) {
      statement.callback = endingWith(statement.callback);
      return query.apply(this, given);
    }
    if (typeof callback === 'function') {
      given[given.length - 1] = endingWith(callback as Callback);
      return query.apply(this, given);
    }
    const answer = query.apply(this, given);
    if (!(answer instanceof Promise)) span.end();
    else {
      answer.then(
        () => {
          span.end();
        },
        (error: unknown) => {
          span.end(error);
        },
      );
    }
    return answer;
  };
  return () => {
    driver.query = query;
  };
}

function kindOf(statement: unknown): string {
  const text = typeof statement === 'string' ? statement : (statement as { text?: unknown } | null)?.text;
  return (typeof text === 'string' ? KIND.exec(text)?.[1] : undefined)?.toUpperCase() ?? 'STATEMENT';
}
