import type { FastifyInstance } from 'fastify';
import type { Tracer } from '../common/spans.js';
import type { TracingSettings } from '../config/observability-settings.js';
import { OtlpTracer } from './otlp-tracer.js';
import { traceRequests } from './trace-requests.js';
import { traceStatements } from './trace-statements.js';

export interface Tracing {
  readonly tracer: Tracer;
  readonly traceRequests: (server: FastifyInstance) => void;
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
  return {
    tracer,
    traceRequests: (server) => {
      traceRequests(server, tracer);
    },
    close: async () => {
      untraceStatements();
      await tracer.close();
    },
  };
}
