import { Injectable } from '@nestjs/common';
import { KeysetCursors } from '../../common/keyset-cursor.js';
import { type Page, pageOf, pageWindow } from '../../common/page-window.js';
import { budgetOf } from '../budget-amount.js';
import { ContactHistoryLoader } from '../contact-history.loader.js';
import { type ScoreJump, scoreJumps } from '../scoring/score-timeline.js';
import { kindOfChange, type LeadHistoryEntry } from './lead-history.js';
import { LeadHistoryPageLoader } from './lead-history-page.loader.js';
import type { LeadHistoryRow } from './lead-history-page.sql.js';

/** The maximum number of interactions, and of changes, between the first and the last entry of a page. */
const MAX_EVENTS = 500;

/** The instants that the API can represent. */
const FIRST = Date.parse('0001-01-01T00:00:00.001Z');

type Entry = LeadHistoryEntry & { readonly position: LeadHistoryRow['position'] };

/** Returns pages of the histories of leads: changes and past interactions, newest first. */
@Injectable()
export class LeadHistoryService {
  constructor(
    private readonly pages: LeadHistoryPageLoader,
    private readonly histories: ContactHistoryLoader,
  ) {}

  /**
   * Returns a page of the history of a lead. Two queries read the pages of all leads of a request.
   * @param hasScores whether to calculate the scores of the entries, which are null otherwise
   * @throws BAD_USER_INPUT
   */
  async page(
    context: object,
    leadId: number,
    args: { readonly first?: number | null; readonly after?: string | null },
    hasScores: boolean,
  ): Promise<Page<Entry>> {
    const cursors = new KeysetCursors('history', leadId, ['timestamptz', 'integer', 'numeric']);
    const window = pageWindow(args, (cursor, name) => cursors.read(cursor, name));
    const rows = await this.pages.load(context, { leadId, size: window.size, after: window.after });
    const jumps = hasScores
      ? await this.jumpsOf(context, leadId, rows.slice(0, window.size))
      : new Map<string, ScoreJump>();
    const entries = rows.map((row) => entryOf(row, jumps.get(keyOf(row))));
    return pageOf(entries, window, ({ position }) => cursors.write({ id: leadId, values: position }));
  }

  /** The scores around the rows of a page, by the key of the row. */
  private async jumpsOf(
    context: object,
    leadId: number,
    rows: readonly LeadHistoryRow[],
  ): Promise<Map<string, ScoreJump>> {
    const times = rows.map(({ at }) => Math.max(Number(at), FIRST));
    const [last, first] = [times[0], times.at(-1)];
    if (first === undefined || last === undefined) return new Map();
    // An instant with microseconds belongs to the next millisecond.
    const until = new Date(last + 1);
    const history = await this.histories.load(context, {
      leadId,
      at: new Date(first),
      isBefore: true,
      until,
      limit: MAX_EVENTS,
    });
    if (history === null) return new Map();
    return new Map(scoreJumps(history, until).map((jump) => [keyOfJump(jump), jump]));
  }
}

const keyOf = ({ interactionId, id }: LeadHistoryRow): string =>
  interactionId === null ? `change ${id}` : `interaction ${interactionId}`;

const keyOfJump = ({ interaction, change }: ScoreJump): string =>
  interaction === null ? `change ${change?.id ?? 'none'}` : `interaction ${interaction.id}`;

function entryOf(row: LeadHistoryRow, jump: ScoreJump | undefined): Entry {
  return {
    at: row.at,
    recordedAt: row.recordedAt,
    kind:
      row.statusAfter === null
        ? 'interaction'
        : kindOfChange(row.statusBefore, row.statusAfter, row.isFirst ?? false),
    by: row.by,
    changedFields: row.changedFields,
    statusBefore: row.statusBefore,
    statusAfter: row.statusAfter,
    budgetBefore: budgetOf(row.budgetBefore),
    budgetAfter: budgetOf(row.budgetAfter),
    scoreBefore: jump?.before ?? null,
    scoreAfter: jump?.after ?? null,
    interactionId: row.interactionId,
    position: row.position,
  };
}
