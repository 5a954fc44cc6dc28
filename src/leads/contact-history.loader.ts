import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { RequestLoader } from '../common/request-loader.js';
import { readRows } from '../database/read-rows.js';
import type { ContactHistory } from './scoring/contact-history.js';
import { READ_HISTORIES } from './scoring/contact-history.sql.js';
import type { ScoredInteraction } from './scoring/contact-state.js';
import { ScoringRulesStore } from './scoring/scoring-rules.store.js';
import type { ScoringRules } from './scoring/scoring-rules.js';

export interface ContactHistoryKey {
  readonly leadId: number;
  /** The instant of the contact state; null: the current time of the database. */
  readonly at: Date | null;
  /** Whether to read the state of the millisecond before the instant. */
  readonly isBefore: boolean;
  /** The end of the range in which later interactions and changes are read. */
  readonly until: Date;
  /** The maximum number of interactions, and of changes of the lead; null: all. */
  readonly limit: number | null;
}

type StoredInteraction = [
  id: number,
  type: ScoredInteraction['type'],
  direction: 'inbound' | 'outbound' | null,
  date: number,
  weight: number,
  recordedAt: number,
];

type StoredChange = [
  id: number,
  at: number,
  status: string,
  budget: number | null,
  fit: number,
  fitMatches: string,
];

interface HistoryRow {
  readonly position: number;
  readonly status: string;
  readonly budget: number | null;
  readonly fit: number;
  readonly fitMatches: string;
  readonly rulesVersion: number;
  readonly halfLifeDays: number;
  readonly at: number;
  readonly lastInteractionAt: number | null;
  readonly lastContactAt: number | null;
  readonly nextInteractionAt: number | null;
  readonly nextContactAt: number | null;
  readonly meetingCount: number;
  readonly callCount: number;
  readonly emailCount: number;
  readonly outboundEmailCount: number;
  readonly meetingWeight: number;
  readonly callWeight: number;
  readonly emailWeight: number;
  readonly outboundEmailWeight: number;
  readonly leadChanges: readonly StoredChange[] | null;
  readonly interactions: readonly StoredInteraction[] | null;
  readonly contactAfterwards: readonly [from: number, date: number] | null;
}

/**
 * Loads the data that scores depend on; null if the lead does not exist. One query loads it for all keys of a
 * request.
 */
@Injectable()
export class ContactHistoryLoader extends RequestLoader<ContactHistoryKey, ContactHistory | null> {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly rules: ScoringRulesStore,
  ) {
    super();
  }

  protected override async loadMany(keys: readonly ContactHistoryKey[]): Promise<(ContactHistory | null)[]> {
    const rows = await readRows<HistoryRow>(this.sequelize, {
      sql: READ_HISTORIES,
      bind: [
        keys.map(({ leadId }) => leadId),
        // As ISO 8601: the driver would format a Date in local time, whose historical offset may differ from
        // UTC by seconds.
        keys.map(({ at }) => at?.toISOString() ?? null),
        keys.map(({ isBefore }) => isBefore),
        keys.map(({ until }) => until.toISOString()),
        keys.map(({ limit }) => limit),
      ],
    });
    const rules = rows[0] === undefined ? null : await this.rules.ofVersion(rows[0].rulesVersion);
    const byPosition = new Map(
      rules === null ? [] : rows.map((row) => [row.position, historyOf(row, rules)]),
    );
    return keys.map((_, index) => byPosition.get(index + 1) ?? null);
  }
}

function historyOf(row: HistoryRow, rules: ScoringRules): ContactHistory {
  return {
    rules,
    at: new Date(row.at),
    lead: { budget: row.budget, status: row.status, fit: row.fit, fitMatches: row.fitMatches },
    leadChanges: (row.leadChanges ?? []).map(([id, at, status, budget, fit, fitMatches]) => ({
      id,
      at: new Date(at),
      lead: { budget, status, fit, fitMatches },
    })),
    state: {
      lastInteractionAt: dateOf(row.lastInteractionAt),
      lastContactAt: dateOf(row.lastContactAt),
      nextInteractionAt: dateOf(row.nextInteractionAt),
      nextContactAt: dateOf(row.nextContactAt),
      counts: {
        meeting: row.meetingCount,
        call: row.callCount,
        email: row.emailCount,
        outboundEmail: row.outboundEmailCount,
      },
      weights: {
        meeting: row.meetingWeight,
        call: row.callWeight,
        email: row.emailWeight,
        outboundEmail: row.outboundEmailWeight,
      },
      halfLifeDays: row.halfLifeDays,
    },
    interactions: (row.interactions ?? []).map(([id, type, direction, date, weight, recordedAt]) => ({
      id,
      type,
      direction,
      date: new Date(date),
      weight,
      recordedAt: new Date(recordedAt),
    })),
    contactAfterwards:
      row.contactAfterwards === null
        ? null
        : { from: row.contactAfterwards[0], date: new Date(row.contactAfterwards[1]) },
  };
}

/**
 * The latest instant of a `Date`, in the year 275760. Later timestamps of PostgreSQL make no difference to a
 * score.
 */
const LAST_DATE = 8.64e15;

const dateOf = (milliseconds: number | null): Date | null =>
  milliseconds === null || milliseconds > LAST_DATE ? null : new Date(milliseconds);
