import { AsyncLocalStorage } from 'node:async_hooks';

/** Attributes of a span. Only numbers and words of this program, never values from users. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** Undefined: tracing is off. */
  readonly ids?: { readonly traceId: string; readonly spanId: string };
  /** Adds attributes. */
  add(facts: SpanFacts): void;
}

const NO_SPAN: Span = { add: () => undefined };

/**
 * Creates the spans of one application. Features only name their steps; they do not depend on how traces are
 * exported. This class is used if tracing is off: it creates no spans.
 */
export class Tracer {
  /** Runs work in a span that ends with the work. It is a child of the current span. */
  run<Result>(_name: string, _facts: SpanFacts, work: (span: Span) => Promise<Result>): Promise<Result> {
    return work(NO_SPAN);
  }
}

const current = new AsyncLocalStorage<Span>();

/** Makes a span the current one for the work and for all asynchronous work that it starts. */
export const withSpan = <Result>(span: Span, work: () => Result): Result => current.run(span, work);

/** Undefined: there is none, or tracing is off. */
export const currentSpan = (): Span | undefined => current.getStore();

/** Runs work that is not part of the trace of the request that triggered it. */
export const outsideTraces = <Result>(work: () => Result): Result => current.exit(work);
