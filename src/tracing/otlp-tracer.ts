import {
  context,
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span as OtlpSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer as OtlpTracerOfLibrary,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { TracingSettings } from '../config/observability-settings.js';
import type { Span, SpanFacts, Tracer } from '../common/spans.js';

/** If the collector does not respond, at most 2 048 spans wait in memory. Newer spans are dropped. */
const EXPORT_TIMEOUT_MS = 3_000;
const EXPORT_EVERY_MS = 1_000;

/** A running span, which may have child spans. */
export interface OpenSpan extends Span {
  readonly context: Context;
  /** Marks the span as failed. @param type of the error, such as its code */
  fail(type: string): void;
  /** @param error only its class is recorded, never its message */
  end(error?: unknown): void;
}

/** Creates spans and exports them to an OTLP receiver over HTTP, as JSON. */
export class OtlpTracer implements Tracer {
  private readonly provider: BasicTracerProvider;
  private readonly tracer: OtlpTracerOfLibrary;

  constructor({ endpoint, serviceName }: TracingSettings) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    const exporter = new OTLPTraceExporter({
      url: `${endpoint}/v1/traces`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
    });
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName }),
      spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: EXPORT_EVERY_MS })],
    });
    this.tracer = this.provider.getTracer('lead-scoring-api');
  }

  /** @param parent by default, the current span */
  begin(name: string, kind: SpanKind, facts: SpanFacts, parent = context.active()): OpenSpan {
    const span = this.tracer.startSpan(name, { kind, attributes: { ...facts } }, parent);
    return {
      context: trace.setSpan(parent, span),
      add: (more) => {
        span.setAttributes({ ...more });
      },
      fail: (type) => {
        failed(span, type);
      },
      end: (error) => {
        if (error !== undefined) failed(span, error instanceof Error ? error.name : typeof error);
        span.end();
      },
    };
  }

  /** The trace context in the headers of a request. */
  parentOf(headers: Readonly<Record<string, unknown>>): Context {
    return propagation.extract(context.active(), headers);
  }

  within<Result>(span: OpenSpan, work: () => Result): Result {
    return context.with(span.context, work);
  }

  outside<Result>(work: () => Result): Result {
    return context.with(ROOT_CONTEXT, work);
  }

  /** Whether there is a current span. */
  get isInTrace(): boolean {
    return trace.getSpan(context.active()) !== undefined;
  }

  async run<Result>(name: string, facts: SpanFacts, work: (span: Span) => Promise<Result>): Promise<Result> {
    const span = this.begin(name, SpanKind.INTERNAL, facts);
    try {
      const result = await this.within(span, () => work(span));
      span.end();
      return result;
    } catch (error) {
      span.end(error);
      throw error;
    }
  }

  currentIds() {
    const current = trace.getSpan(context.active())?.spanContext();
    return current === undefined ? undefined : { traceId: current.traceId, spanId: current.spanId };
  }

  /** Exports the remaining spans if the receiver accepts them, and stops tracing. */
  async close(): Promise<void> {
    await this.provider.shutdown().catch(() => undefined);
    context.disable();
    propagation.disable();
  }
}

function failed(span: OtlpSpan, type: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', type);
}
