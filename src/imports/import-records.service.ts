import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { KeysetCursors } from '../common/keyset-cursor.js';
import { type Page, pageOf, pageWindow } from '../common/page-window.js';
import { cancelRecord } from '../database/cancel-record.js';
import { readSettled } from '../database/read-settled.js';
import { SharedReads } from '../database/shared-reads.js';
import { watchRecord } from '../database/watch-record.js';
import { ImportEvents } from './import-events.js';
import type { ImportRecord } from './import-record.js';
import { READ_IMPORT, READ_PAGE, REQUEST_CANCEL } from './import-record.sql.js';

/** Imports are ordered by id. */
const CURSORS = new KeysetCursors('imports', null, []);

/** Reads the records of imports of all processes. */
@Injectable()
export class ImportRecordsService {
  /** Reads that subscriptions share, by id. */
  private readonly reads = new SharedReads<number, ImportRecord | null>();

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly events: ImportEvents,
  ) {}

  async findById(id: number): Promise<ImportRecord | null> {
    const [found] = await this.read(READ_IMPORT, [id]);
    return found ?? null;
  }

  /** @throws NOT_FOUND */
  async getById(id: number): Promise<ImportRecord> {
    const found = await this.findById(id);
    if (found === null) throw new NotFoundError('Import', id);
    return found;
  }

  /**
   * Returns a page of imports, the latest first.
   * @param first the page size
   * @param after the cursor to start after; null: from the latest
   * @throws BAD_USER_INPUT
   */
  async findPage(first: number, after: string | null): Promise<Page<ImportRecord>> {
    const window = pageWindow({ first, after }, (cursor, name) => CURSORS.read(cursor, name));
    const imports = await this.read(READ_PAGE, [window.after?.id ?? null, window.size + 1]);
    return pageOf(imports, window, ({ id }) => CURSORS.write({ id, values: [] }));
  }

  /**
   * Cancels an import, and waits until it has rolled back.
   * @returns the import after that; it may have succeeded in the meantime
   * @throws NOT_FOUND; IMPORT_NOT_RUNNING if it has already ended
   */
  async cancel(id: number): Promise<ImportRecord> {
    const running = await this.getById(id);
    if (running.status !== 'running') {
      throw new DomainError('IMPORT_NOT_RUNNING', `Import ${id} is not running: it has ${running.status}.`, {
        isExpected: true,
      });
    }
    return cancelRecord(this.sequelize, running, REQUEST_CANCEL, (one) => this.getById(one));
  }

  /** Returns an import now and after each change of its record, until it has ended. @throws NOT_FOUND */
  watch(id: number): Promise<AsyncGenerator<ImportRecord, void, undefined>> {
    const find = () => this.reads.read(id, () => this.findById(id));
    return watchRecord({
      id,
      changes: this.events.changes(),
      first: async () => {
        const found = await find();
        if (found === null) throw new NotFoundError('Import', id);
        return found;
      },
      find,
      isOver: ({ status }) => status !== 'running',
      isSame: (one, other) =>
        one.status === other.status &&
        one.step === other.step &&
        one.doneCount === other.doneCount &&
        one.totalCount === other.totalCount,
    });
  }

  private read(sql: string, bind: unknown[]): Promise<ImportRecord[]> {
    return readSettled(() =>
      this.sequelize.query<ImportRecord>(sql, {
        type: QueryTypes.SELECT,
        bind,
        // A standby has no locks of the primary's sessions, so every import would look dead there.
        useMaster: true,
      }),
    );
  }
}
