/** Facts of a span: figures and words of our own, never a value of somebody's. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** Adds to what is known of it. */
  add(facts: SpanFacts): void;
}

/** Makes traces of what is done. Features name what they do; what becomes of it they need not know. */
export interface Tracer {
  /** Does work within a span, which ends with it. */
  run<Result>(name: string, facts: SpanFacts, work: (span: Span) => Promise<Result>): Promise<Result>;
  /** Does work that is part of no trace. */
  outside<Result>(work: () => Result): Result;
  /** Of the span that is being worked in. */
  currentIds(): { readonly traceId: string; readonly spanId: string } | undefined;
}

const NO_SPAN: Span = { add: () => undefined };

let tracer: Tracer | null = null;

/** Has traces made from now on; null: none. */
export function useTracer(next: Tracer | null): void {
  tracer = next;
}

/** Does work as a step of its own in the trace of a request, where traces are made. */
export const inSpan = <Result>(
  name: string,
  facts: SpanFacts,
  work: (span: Span) => Promise<Result>,
): Promise<Result> => (tracer === null ? work(NO_SPAN) : tracer.run(name, facts, work));

/** Does work that is no step of the request that caused it. */
export const outsideTraces = <Result>(work: () => Result): Result =>
  tracer === null ? work() : tracer.outside(work);

/** The trace that is being worked for; undefined: none is, or none are made. */
export const currentTrace = (): { readonly traceId: string; readonly spanId: string } | undefined =>
  tracer?.currentIds();
