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

/** A collector that does not answer costs no more than the spans that wait for it: the oldest 2 048 of them. */
const EXPORT_TIMEOUT_MS = 3_000;
const EXPORT_EVERY_MS = 1_000;

/** A step that is under way, and in which others can be. */
export interface OpenSpan extends Span {
  readonly context: Context;
  /** Marks it as failed. @param type of the error, such as its code */
  fail(type: string): void;
  /** @param error its class is kept, never its message */
  end(error?: unknown): void;
}

/** Makes spans and sends them to a receiver of OTLP over HTTP, as JSON. */
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

  /** @param parent undefined: the step that is being worked in */
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

  /** The trace that a request says it is part of. */
  parentOf(headers: Readonly<Record<string, unknown>>): Context {
    return propagation.extract(context.active(), headers);
  }

  within<Result>(span: OpenSpan, work: () => Result): Result {
    return context.with(span.context, work);
  }

  outside<Result>(work: () => Result): Result {
    return context.with(ROOT_CONTEXT, work);
  }

  /** Whether there is a step that another can be part of. */
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

  /** Sends what is left, as far as the receiver takes it, and makes no more. */
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
