import { BadRequestException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OF_OPERATORS } from './reject-while-draining.js';

/** Whether the text is an authority of RFC 3986 without user information: a host and, optionally, a port. */
export const isWellFormedHost = (host: string): boolean =>
  /^[^\s/?#@\\]+$/.test(host) && URL.canParse(`http://${host}/`);

/**
 * Rejects requests without a valid host before any code builds a URL from it. The headers of a trusted proxy
 * (`X-Forwarded-Host`, `X-Forwarded-Proto`) must be valid as well.
 */
export function rejectMalformedHosts(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    // Node.js drops the bytes after an upgrade request, since they may belong to the other protocol. So the
    // connection ends.
    if (request.headers.upgrade !== undefined) void reply.header('connection', 'close');
    const problem = problemOf(request);
    if (problem === null) done();
    else done(new BadRequestException(problem));
  });
}

function problemOf(request: FastifyRequest): string | null {
  const hosts = request.raw.headersDistinct.host ?? [];
  if (hosts.length === 0 && isProbe(request)) return null;
  if (hosts.length !== 1) return 'The request must have exactly one Host header.';
  if (!hosts.every(isWellFormedHost)) return 'The Host header is malformed.';
  if (!isWellFormedHost(request.host)) return 'The X-Forwarded-Host header is malformed.';
  if (!/^(?:http|ws)s?$/i.test(request.protocol)) return 'The X-Forwarded-Proto header is malformed.';
  return null;
}

/** Health checks of load balancers often speak HTTP/1.0, which has no Host header. */
const isProbe = ({ raw, url }: FastifyRequest): boolean =>
  raw.httpVersion === '1.0' && OF_OPERATORS.test(url);
