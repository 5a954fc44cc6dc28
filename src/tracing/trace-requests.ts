import { SpanKind } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { outcomeOfRequest, type RequestContext } from '../common/request-context.js';
import type {} from '../common/incoming-request.js';
import { type SpanFacts, withSpan } from '../common/spans.js';
import type { OpenSpan, OtlpTracer } from './otlp-tracer.js';

/** Monitoring systems request these paths every few seconds. */
const UNTRACED = /^\/(?:health|metrics)(?:\/|$)/;

/**
 * Creates a span for each HTTP request. It continues the trace of the client if the request has a trace
 * header. Must be registered after `identifyRequests`.
 */
export function traceRequests(server: FastifyInstance, tracer: OtlpTracer): void {
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  server.addHook('preHandler', (request, _reply, done) => {
    const route = request.routeOptions.url ?? '(unknown)';
    if (UNTRACED.test(route)) {
      done();
      return;
    }
    const facts = { 'http.request.method': request.method, 'http.route': route, 'request.id': request.id };
    const parent = tracer.parentOf(request.headers);
    const span = tracer.begin(`${request.method} ${route}`, SpanKind.SERVER, facts, parent);
    spans.set(request, span);
    withSpan(span, done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    const { statusCode: status } = reply;
    span?.add({ 'http.response.status_code': status, ...operationFacts(request.context) });
    // Errors of the client do not make the span an error.
    const outcome = outcomeOfRequest(request.context);
    if (status >= 500 || outcome === 'INTERNAL_SERVER_ERROR') span?.fail(outcome ?? String(status));
    span?.end();
    done();
  });
}

function operationFacts(request: RequestContext): SpanFacts {
  const { operation } = request;
  const outcome = outcomeOfRequest(request);
  return {
    ...(operation === undefined
      ? {}
      : {
          'graphql.operation.name': operation.name ?? 'anonymous',
          'graphql.operation.type': operation.type ?? 'none',
        }),
    ...(outcome === undefined ? {} : { 'graphql.outcome': outcome }),
  };
}
