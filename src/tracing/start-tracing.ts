import { useTracer } from '../common/spans.js';
import type { TracingSettings } from '../config/observability-settings.js';
import { OtlpTracer } from './otlp-tracer.js';
import { traceStatements } from './trace-statements.js';

export interface Tracing {
  readonly tracer: OtlpTracer;
  /** Sends what is left. */
  readonly close: () => Promise<void>;
}

/** Has traces made and sent from now on. Loaded where they are asked for alone: it brings a library along. */
export function startTracing(settings: TracingSettings): Tracing {
  const tracer = new OtlpTracer(settings);
  const untraceStatements = traceStatements(tracer);
  useTracer(tracer);
  return {
    tracer,
    close: async () => {
      useTracer(null);
      untraceStatements();
      await tracer.close();
    },
  };
}
