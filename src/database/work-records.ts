import { QueryTypes, type Sequelize } from 'sequelize';
import { DomainError, type ErrorCode, NotFoundError } from '../common/domain-error.js';
import { KeysetCursors } from '../common/keyset-cursor.js';
import { type Page, pageOf, pageWindow } from '../common/page-window.js';
import { cancelRecord } from './cancel-record.js';
import { readSettled } from './read-settled.js';
import type { RecordEvents } from './record-events.js';
import { SharedReads } from './shared-reads.js';
import { watchRecord } from './watch-record.js';

interface WorkRecord {
  readonly id: number;
  readonly status: string;
}

/** How the records of a kind of work, such as imports, are read and cancelled. */
export interface WorkRecordReading<Row extends WorkRecord> {
  /** The kind in messages, with a capital letter. */
  readonly name: string;
  /** The list that cursors belong to. */
  readonly list: string;
  /** $1: the id. */
  readonly readOne: string;
  /** $1: the id to start before, or null, $2: the page size. The latest come first. */
  readonly readPage: string;
  /** $1: the id of a record to cancel. */
  readonly requestCancel: string;
  /** The code of the error if work to cancel has already ended. */
  readonly notRunning: ErrorCode;
  /** The values that change while the work progresses. */
  readonly progressOf: (row: Row) => readonly unknown[];
}

/** Reads the records of a kind of work of all processes, and cancels running work. */
export abstract class WorkRecords<Row extends WorkRecord> {
  /** Reads that subscriptions share, by id. */
  protected readonly sharedReads = new SharedReads<number | 'latest', Row | null>();
  private readonly cursors: KeysetCursors;

  constructor(
    private readonly sequelize: Sequelize,
    private readonly events: RecordEvents,
    private readonly reading: WorkRecordReading<Row>,
  ) {
    this.cursors = new KeysetCursors(reading.list, null, []);
  }

  async findById(id: number): Promise<Row | null> {
    const [found] = await this.read(this.reading.readOne, [id]);
    return found ?? null;
  }

  /** @throws NOT_FOUND */
  async getById(id: number): Promise<Row> {
    return this.existing(id, await this.findById(id));
  }

  /**
   * Returns a page of records, the latest first.
   * @param first the page size
   * @param after the cursor to start after; null: from the latest
   * @throws BAD_USER_INPUT
   */
  async findPage(first: number, after: string | null): Promise<Page<Row>> {
    const window = pageWindow({ first, after }, (cursor, name) => this.cursors.read(cursor, name));
    const rows = await this.readBefore(window.after?.id ?? null, window.size + 1);
    return pageOf(rows, window, ({ id }) => this.cursors.write({ id, values: [] }));
  }

  /**
   * Cancels running work of any process, and waits until it has rolled back.
   * @returns the record after that; the work may have succeeded in the meantime
   * @throws NOT_FOUND; the code for work that has already ended
   */
  async cancel(id: number): Promise<Row> {
    const { name, notRunning, requestCancel } = this.reading;
    const running = await this.getById(id);
    if (running.status !== 'running') {
      throw new DomainError(notRunning, `${name} ${id} is not running: its status is ${running.status}.`, {
        isExpected: true,
      });
    }
    return cancelRecord(this.sequelize, running, requestCancel, (one) => this.getById(one));
  }

  /** Returns a record now and after each change, until the work has ended. @throws NOT_FOUND */
  watch(id: number): Promise<AsyncGenerator<Row, void, undefined>> {
    return this.follow(
      id,
      async () => this.existing(id, await this.readShared(id)),
      () => this.readShared(id),
    );
  }

  /** @see watchRecord */
  protected follow(
    id: number | null,
    first: () => Promise<Row | null>,
    find: (id: number | null) => Promise<Row | null>,
  ): Promise<AsyncGenerator<Row, void, undefined>> {
    const { progressOf } = this.reading;
    const stateOf = (row: Row) => JSON.stringify([row.id, row.status, ...progressOf(row)]);
    return watchRecord({
      id,
      changes: this.events.changes(),
      first,
      find,
      isOver: ({ status }) => status !== 'running',
      isSame: (row, other) => stateOf(row) === stateOf(other),
    });
  }

  protected readShared(id: number): Promise<Row | null> {
    return this.sharedReads.read(id, () => this.findById(id));
  }

  /** @param id the id to start before; null: from the latest */
  protected readBefore(id: number | null, limit: number): Promise<Row[]> {
    return this.read(this.reading.readPage, [id, limit]);
  }

  protected read(sql: string, bind: unknown[]): Promise<Row[]> {
    return readSettled(() =>
      this.sequelize.query<Row>(sql, {
        type: QueryTypes.SELECT,
        bind,
        // A standby has no locks of the primary's sessions, so all work would look dead there.
        useMaster: true,
      }),
    );
  }

  private existing(id: number, found: Row | null): Row {
    if (found === null) throw new NotFoundError(this.reading.name, id);
    return found;
  }
}
