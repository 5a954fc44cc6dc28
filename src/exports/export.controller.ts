import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WithRouteRules } from '../common/route-rules.js';
import { type ExportKind, parseExportQuery } from './export-options.js';
import { ExportService } from './export.service.js';

type ParsedQuery = Readonly<Record<string, unknown>>;

const ADMINS_ONLY = { requiredRole: 'admin', isBulk: true } as const;

@Controller('exports')
export class ExportController {
  constructor(private readonly exports: ExportService) {}

  @WithRouteRules(ADMINS_ONLY)
  @Get('leads.csv')
  leads(
    @Query() query: ParsedQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.send('leads', query, request, reply);
  }

  @WithRouteRules(ADMINS_ONLY)
  @Get('interactions.csv')
  interactions(
    @Query() query: ParsedQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.send('interactions', query, request, reply);
  }

  /** If the stream fails after the headers were sent, Fastify destroys the connection, so the client notices. */
  private async send(
    kind: ExportKind,
    query: ParsedQuery,
    { method }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const options = parseExportQuery(kind, query);
    // Fastify would read the whole stream for a HEAD request.
    const body = method === 'HEAD' ? '' : await this.exports.streamForRequest(kind, options);
    await reply
      .headers({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${kind}.csv"`,
        'cache-control': 'no-store',
      })
      .send(body);
  }
}
