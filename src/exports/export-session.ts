import { pipeline } from 'node:stream';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { DedicatedConnections } from '../database/dedicated-connections.js';
import { cutConnection } from '../database/session.js';
import { StatementCanceller } from '../database/statement-canceller.js';
import { CrlfLines } from './crlf-lines.js';
import type { ExportKind, ExportOptions } from './export-options.js';
import { exportStatement } from './export.sql.js';

/** A snapshot of the database, from which files are read one after the other. */
export class ExportSession {
  private isAborted = false;

  private constructor(private readonly client: pg.Client) {}

  static async open(connections: DedicatedConnections): Promise<ExportSession> {
    const client = await connections.open('export');
    try {
      await client.query('START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    } catch (error) {
      cutConnection(client);
      throw error;
    }
    return new ExportSession(client);
  }

  /** Returns a file. PostgreSQL waits while the stream is not read. The stream fails if the session is lost or aborted. */
  read(kind: ExportKind, options: ExportOptions): CrlfLines {
    const rows = this.client.query(copyTo(exportStatement(kind, options)));
    // The driver reports a lost connection to this stream even after the pipeline has destroyed it.
    rows.on('error', () => undefined);
    return pipeline(rows, new CrlfLines(), () => undefined);
  }

  /** Ends the session after all files were read completely. */
  async close(): Promise<void> {
    if (this.isAborted) return;
    await this.client.query('COMMIT');
    await this.client.end();
  }

  /**
   * Cancels the statement and ends the session. PostgreSQL notices a lost connection only when it sends something, and
   * ignores a cancel request while it waits for the client, so both are necessary.
   */
  abort(): void {
    if (this.isAborted) return;
    this.isAborted = true;
    const canceller = new StatementCanceller(this.client);
    canceller.start();
    void canceller.stop()?.finally(() => {
      cutConnection(this.client);
    });
  }
}
