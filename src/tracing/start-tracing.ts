import { useTracer } from '../common/spans.js';
import type { TracingSettings } from '../config/observability-settings.js';
import { OtlpTracer } from './otlp-tracer.js';
import { traceStatements } from './trace-statements.js';

export interface Tracing {
  readonly tracer: OtlpTracer;
  /** Sends the remaining spans. */
  readonly close: () => Promise<void>;
}

/**
 * Starts creating and exporting traces. This module is only loaded if tracing is configured, because of its
 * library.
 */
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
