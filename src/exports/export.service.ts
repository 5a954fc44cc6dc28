import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { currentRequest } from '../common/request-context.js';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { exportEnded } from './errors-and-events.js';
import type { ExportKind, ExportOptions } from './export-options.js';
import { ExportSession } from './export-session.js';

/** Each export over HTTP has a database connection outside the pool. */
const MAX_EXPORTS = 4;
const RETRY_AFTER_SECONDS = 30;

/** While an export is open, PostgreSQL cannot remove row versions that its snapshot contains. */
const MAX_EXPORT_MS = 3_600_000;

/** Exports leads and interactions as CSV files. */
@Injectable()
export class ExportService {
  private openCount = 0;

  constructor(private readonly connections: DedicatedConnections) {}

  /** Opens a snapshot of the database. The caller must close or abort it. */
  open(): Promise<ExportSession> {
    return ExportSession.open(this.connections);
  }

  /**
   * Returns a file for the current request. It is aborted if the client disconnects, after an hour, or when the server
   * stops. An error that occurs before PostgreSQL has sent data is thrown; a later one destroys the stream.
   * @throws SERVER_OVERLOADED if there are too many exports
   */
  async streamForRequest(kind: ExportKind, options: ExportOptions): Promise<Readable> {
    if (this.openCount >= MAX_EXPORTS) {
      throw new DomainError(
        'SERVER_OVERLOADED',
        `The server sends ${MAX_EXPORTS} exports at the same time at most; try again later.`,
        { details: { limit: MAX_EXPORTS, retryAfterSeconds: RETRY_AFTER_SECONDS } },
      );
    }
    this.openCount += 1;
    try {
      return await this.begin(kind, options, () => (this.openCount -= 1));
    } catch (error) {
      this.openCount -= 1;
      throw error;
    }
  }

  /** @param onEnd called if the stream was returned, when it has ended */
  private async begin(kind: ExportKind, options: ExportOptions, onEnd: () => void): Promise<Readable> {
    const startedAt = performance.now();
    const deadline = currentRequest()?.deadline;
    const session = await this.open();
    deadline?.track(session);
    try {
      deadline?.throwIfOver();
      deadline?.extend(MAX_EXPORT_MS);
      const file = session.read(kind, options);
      const ended = finished(file).then(() => session.close());
      ended.catch(() => {
        session.abort();
      });
      await once(file, 'readable');
      void isFulfilled(ended).then((isComplete) => {
        deadline?.untrack(session);
        onEnd();
        exportEnded.publish({
          file: kind,
          isComplete,
          rowCount: Math.max(0, file.lineCount - 1),
          bytes: file.byteCount,
          durationMs: Math.round(performance.now() - startedAt),
        });
      });
      return file;
    } catch (error) {
      session.abort();
      deadline?.untrack(session);
      throw error;
    }
  }
}

const isFulfilled = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
