import { pipeline } from 'node:stream';
import { to as copyTo } from 'pg-copy-streams';
import type { DedicatedConnections } from '../database/dedicated-connections.js';
import { ReadSnapshot } from '../database/read-snapshot.js';
import { CrlfLines } from './crlf-lines.js';
import type { ExportKind, ExportOptions } from './export-options.js';
import { exportStatement } from './export.sql.js';

/** A snapshot of the database, from which files are read one after the other. */
export class ExportSession {
  private constructor(private readonly snapshot: ReadSnapshot) {}

  static async open(connections: DedicatedConnections): Promise<ExportSession> {
    return new ExportSession(await ReadSnapshot.open(connections, 'export'));
  }

  /** Returns a file. PostgreSQL waits while the stream is not read. The stream fails if the session is lost or aborted. */
  read(kind: ExportKind, options: ExportOptions): CrlfLines {
    const rows = this.snapshot.client.query(copyTo(exportStatement(kind, options)));
    // The driver reports a lost connection to this stream even after the pipeline has destroyed it.
    rows.on('error', () => undefined);
    return pipeline(rows, new CrlfLines(), () => undefined);
  }

  /** Ends the session after all files were read completely. */
  close(): Promise<void> {
    return this.snapshot.close();
  }

  /** Cancels the file that is being read, and ends the session. */
  abort(): void {
    this.snapshot.abort();
  }
}
