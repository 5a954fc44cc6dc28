import { SpanKind } from '@opentelemetry/api';
import pg from 'pg';
import type { OtlpTracer } from './otlp-tracer.js';

/** `pg.Client.query` with any of its signatures. */
type Query = (this: pg.Client, ...given: unknown[]) => unknown;
type Callback = (...answer: unknown[]) => unknown;

/** Whether the statement is a query object of the driver with a callback. */
const hasCallback = (statement: unknown): statement is { callback: Callback } =>
  statement instanceof pg.Query && typeof (statement as { callback?: unknown }).callback === 'function';

/** The first word of a statement. The rest may contain values. */
const KIND = /^\s*(\w+)/;

/**
 * Creates a span for each statement that is sent to PostgreSQL within a trace, such as that of a request or a
 * job. The span contains only the kind of the statement. Statements outside a trace, such as polling for
 * jobs, have no span. It replaces a method of the driver, which only happens if tracing is on.
 * @returns a function that restores the method
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
