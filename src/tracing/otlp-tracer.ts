import {
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span as OtlpSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer as OtlpTracerOfLibrary,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { TracingSettings } from '../config/observability-settings.js';
import { currentSpan, type Span, type SpanFacts, Tracer, withSpan } from '../common/spans.js';

/** If the collector does not respond, at most 2 048 spans wait in memory. Newer spans are dropped. */
const EXPORT_TIMEOUT_MS = 3_000;
const EXPORT_EVERY_MS = 1_000;

/** A running span, which may have child spans. */
export interface OpenSpan extends Span {
  /** Marks the span as failed. @param type of the error, such as its code */
  fail(type: string): void;
  /** @param error only its class is recorded, never its message */
  end(error?: unknown): void;
}

/** Creates spans and exports them to an OTLP receiver over HTTP, as JSON. */
export class OtlpTracer extends Tracer {
  /** The OpenTelemetry contexts of the spans of this tracer. */
  private readonly contexts = new WeakMap<Span, Context>();
  private readonly propagator = new W3CTraceContextPropagator();
  private readonly provider: BasicTracerProvider;
  private readonly tracer: OtlpTracerOfLibrary;

  constructor({ endpoint, serviceName }: TracingSettings) {
    super();
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
  begin(name: string, kind: SpanKind, facts: SpanFacts, parent = this.current ?? ROOT_CONTEXT): OpenSpan {
    const span = this.tracer.startSpan(name, { kind, attributes: { ...facts } }, parent);
    const { traceId, spanId } = span.spanContext();
    const open: OpenSpan = {
      ids: { traceId, spanId },
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
    this.contexts.set(open, trace.setSpan(parent, span));
    return open;
  }

  /** The trace context in the headers of a request. */
  parentOf(headers: Readonly<Record<string, unknown>>): Context {
    return this.propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  }

  /** Whether there is a current span. */
  get isInTrace(): boolean {
    return this.current !== undefined;
  }

  override async run<Result>(
    name: string,
    facts: SpanFacts,
    work: (span: Span) => Promise<Result>,
  ): Promise<Result> {
    const span = this.begin(name, SpanKind.INTERNAL, facts);
    try {
      const result = await withSpan(span, () => work(span));
      span.end();
      return result;
    } catch (error) {
      span.end(error);
      throw error;
    }
  }

  /** Exports the remaining spans if the receiver accepts them, and stops tracing. */
  async close(): Promise<void> {
    await this.provider.shutdown().catch(() => undefined);
  }

  /** The context of the current span; undefined: there is none, or it is of another tracer. */
  private get current(): Context | undefined {
    const span = currentSpan();
    return span === undefined ? undefined : this.contexts.get(span);
  }
}

function failed(span: OtlpSpan, type: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', type);
}
