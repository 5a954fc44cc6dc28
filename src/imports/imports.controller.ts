import { Controller, Get, HttpException, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerNameOfRecord, withCallerName } from '../common/caller-name.js';
import { DomainError } from '../common/domain-error.js';
import { isAllowedOrigin, isOwnOrigin } from '../common/origins.js';
import { recordIdOf } from '../common/record-id.js';
import { outsideRequests } from '../common/request-context.js';
import { allowRequest, withOwnTimeLimit } from '../common/request-time.js';
import { WithRouteRules } from '../common/route-rules.js';
import { HttpSettings } from '../config/http-settings.js';
import { LimitSettings } from '../config/limit-settings.js';
import { TimeSettings } from '../config/time-settings.js';
import { importOptions } from './import-flags.js';
import type { ImportRecord } from './import-record.js';
import { ImportRecordsService } from './import-records.service.js';
import type { ImportReport } from './import-report.js';
import { ImportUpload } from './import-upload.js';
import { type ImportRequest, ImportsService } from './imports.service.js';

/** The maximum time that an upload takes. Pauses of the client have a limit of their own. */
const UPLOAD_MS = 3_600_000;

/** Each upload takes disk space for its files, and each import a connection of the pool and one of its own. */
const MAX_UPLOADS = 4;
const RETRY_AFTER_SECONDS = 30;

@Controller('imports')
export class ImportsController {
  private readonly isAllowed: (origin: string) => boolean;

  /** Uploads that arrive, and imports of uploads that are running. */
  private uploadCount = 0;

  constructor(
    private readonly imports: ImportsService,
    private readonly records: ImportRecordsService,
    private readonly limits: LimitSettings,
    private readonly times: TimeSettings,
    http: HttpSettings,
  ) {
    this.isAllowed = isAllowedOrigin(http.corsOrigins);
  }

  /**
   * Imports the files of a form. Responds with 202 and the id of the import as soon as it has started. A dry run responds with its
   * report, and stops if the client disconnects.
   */
  @WithRouteRules({ requiredRole: 'rep', isBulk: true, isUpload: true })
  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.rejectForeignPages(request);
    this.rejectTooMany();
    allowRequest(UPLOAD_MS);
    this.uploadCount += 1;
    let isLeft = true;
    let upload: ImportUpload | null = null;
    const end = async () => {
      this.uploadCount -= 1;
      await upload?.close();
    };
    try {
      upload = await this.receive(request, reply);
      const { sources, flags, mapping, isDryRun } = upload;
      const command = {
        sources,
        options: importOptions(flags, mapping),
        trigger: 'api' as const,
        caller: callerNameOfRecord(),
      };
      if (isDryRun) {
        await reply
          .status(200)
          .header('cache-control', 'no-store')
          .send(await this.dryRun(command, request));
        return;
      }
      const id = await this.start(command, end);
      isLeft = false;
      await reply.status(202).header('location', `/imports/${id}`).send({ id, status: 'running' });
    } finally {
      if (isLeft) await end();
    }
  }

  /** The record of an import with its report. */
  @WithRouteRules({ requiredRole: 'rep', isBulk: false })
  @Get(':id')
  async find(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const record: ImportRecord = await this.records.getById(recordIdOf(id));
    await reply.header('cache-control', 'no-store').send(record);
  }

  private async receive(request: FastifyRequest, reply: FastifyReply): Promise<ImportUpload> {
    try {
      return await ImportUpload.receive(request, this.limits.maxImportFileBytes);
    } catch (error) {
      // If the connection stayed open, Node.js would read the rest of the body to find the next request.
      void reply.header('connection', 'close');
      throw error;
    }
  }

  private async dryRun(command: ImportRequest, request: FastifyRequest): Promise<ImportReport> {
    const left = new AbortController();
    const onClose = () => {
      left.abort();
    };
    request.raw.socket.once('close', onClose);
    try {
      return await withOwnTimeLimit(this.times.recalculationMs, (signal) =>
        this.imports.dryRun({ ...command, signal: AbortSignal.any([signal, left.signal]) }),
      );
    } finally {
      request.raw.socket.off('close', onClose);
    }
  }

  /** @returns the id of the import, which goes on after the response @throws the error of an import that did not start */
  private start(command: ImportRequest, onEnd: () => Promise<void>): Promise<number> {
    return new Promise((resolve, reject) => {
      outsideRequests(() => {
        void withCallerName(command.caller, () => this.imports.import({ ...command, onStarted: resolve }))
          // The record has the reason of an import that failed after it had started.
          .catch(reject)
          .finally(onEnd);
      });
    });
  }

  /** @throws SERVER_OVERLOADED */
  private rejectTooMany(): void {
    if (this.uploadCount < MAX_UPLOADS) return;
    throw new DomainError(
      'SERVER_OVERLOADED',
      `The server takes ${MAX_UPLOADS} uploads at the same time at most; try again later.`,
      { details: { limit: MAX_UPLOADS, retryAfterSeconds: RETRY_AFTER_SECONDS } },
    );
  }

  /**
   * A page of another site could send a form without asking. Browsers name the origin of the page.
   * @throws HttpException
   */
  private rejectForeignPages({ headers: { origin, host } }: FastifyRequest): void {
    if (origin === undefined || this.isAllowed(origin) || isOwnOrigin(origin, host)) return;
    throw new HttpException(
      'Pages of this origin may not import. CORS_ORIGINS has the allowed origins.',
      403,
    );
  }
}
