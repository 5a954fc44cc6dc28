/** Attributes of a span. Only numbers and words of this program, never values from users. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** Adds attributes. */
  add(facts: SpanFacts): void;
}

/** Creates spans. Features only name their steps; they do not depend on how traces are exported. */
export interface Tracer {
  /** Runs work in a span that ends with the work. */
  run<Result>(name: string, facts: SpanFacts, work: (span: Span) => Promise<Result>): Promise<Result>;
  /** Runs work outside any trace. */
  outside<Result>(work: () => Result): Result;
  /** The ids of the current span. */
  currentIds(): { readonly traceId: string; readonly spanId: string } | undefined;
}

const NO_SPAN: Span = { add: () => undefined };

let tracer: Tracer | null = null;

/** Sets the tracer for all spans from now on; null: tracing is off. */
export function useTracer(next: Tracer | null): void {
  tracer = next;
}

/** Runs work as a span of its own in the trace of the request. If tracing is off, only runs the work. */
export const inSpan = <Result>(
  name: string,
  facts: SpanFacts,
  work: (span: Span) => Promise<Result>,
): Promise<Result> => (tracer === null ? work(NO_SPAN) : tracer.run(name, facts, work));

/** Runs work that is not part of the trace of the request that triggered it. */
export const outsideTraces = <Result>(work: () => Result): Result =>
  tracer === null ? work() : tracer.outside(work);

/** The ids of the current span; undefined: there is none, or tracing is off. */
export const currentTrace = (): { readonly traceId: string; readonly spanId: string } | undefined =>
  tracer?.currentIds();
