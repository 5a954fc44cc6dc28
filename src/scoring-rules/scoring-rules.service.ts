import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import { DomainError, type InputProblem, InvalidInputError, NotFoundError } from '../common/domain-error.js';
import { KeysetCursors } from '../common/keyset-cursor.js';
import { type Page, pageOf, pageWindow } from '../common/page-window.js';
import { inTransaction } from '../database/transactions.js';
import { checkScoringRules, isStorable } from '../leads/scoring/check-scoring-rules.js';
import type { ScoringRules } from '../leads/scoring/scoring-rules.js';
import { ScoringRulesStore } from '../leads/scoring/scoring-rules.store.js';
import type { Recalculation, RecalculationRequest } from '../recalculation/recalculation.js';
import { RecalculationService } from '../recalculation/recalculation.service.js';
import { ScoreRefresher } from '../recalculation/score-refresher.js';
import { scoringRulesChanged } from './errors-and-events.js';
import type { RulesRecord } from './rules-record.js';
import {
  DELETE_DRAFT,
  INSERT_DRAFT,
  PUBLISH,
  READ_CURRENT,
  READ_DRAFTS,
  READ_RULES,
  READ_VERSION,
  READ_VERSIONS,
  UPDATE_DRAFT,
} from './rules-record.sql.js';

/** Published versions are ordered by version. */
const CURSORS = new KeysetCursors('scoringRules', null, []);

const MAX_DRAFTS = 100;
const MAX_NOTE_LENGTH = 1000;

/** Two servers must not exceed the maximum number of drafts together. */
const LOCK_DRAFTS = 'LOCK TABLE scoring_rules IN SHARE ROW EXCLUSIVE MODE';

export interface Publication {
  readonly rules: RulesRecord;
  /** The recalculation that put the rules in force. */
  readonly recalculation: Recalculation;
}

/** How a publication is watched and stopped, as a recalculation. */
export type PublicationWatch = Pick<RecalculationRequest, 'trigger' | 'signal' | 'onProgress'>;

/**
 * Returns rules in the form in which they are stored.
 * @throws SCORING_RULES_INVALID with all problems
 */
export function validScoringRules(input: unknown): ScoringRules {
  const checked = checkScoringRules(input);
  if ('rules' in checked) return checked.rules;
  throw new DomainError(
    'SCORING_RULES_INVALID',
    `The scoring rules are invalid: ${checked.problems.map(messageOf).join('; ')}.`,
    { problems: checked.problems },
  );
}

const messageOf = ({ path, message }: InputProblem): string => (path === '' ? message : `${path} ${message}`);

/** Maintains drafts and published versions of the scoring rules. */
@Injectable()
export class ScoringRulesService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly store: ScoringRulesStore,
    private readonly recalculations: RecalculationService,
    private readonly refresher: ScoreRefresher,
  ) {}

  async current(): Promise<RulesRecord> {
    const [rules] = await this.read(READ_CURRENT, []);
    if (rules === undefined) throw new Error('No scoring rules are in force.');
    return rules;
  }

  /** Returns all drafts, the latest first. */
  drafts(): Promise<RulesRecord[]> {
    return this.read(READ_DRAFTS, []);
  }

  /** Returns a page of published versions, the latest first. @throws BAD_USER_INPUT */
  async versions(first: number, after: string | null): Promise<Page<RulesRecord>> {
    const window = pageWindow({ first, after }, (cursor, name) => CURSORS.read(cursor, name));
    const rows = await this.read(READ_VERSIONS, [window.after?.id ?? null, window.size + 1]);
    return pageOf(rows, window, ({ version }) => CURSORS.write({ id: version ?? 0, values: [] }));
  }

  /** @throws NOT_FOUND */
  async getById(id: number): Promise<RulesRecord> {
    const [rules] = await this.read(READ_RULES, [id]);
    if (rules === undefined) throw new NotFoundError('Rule set', id);
    return rules;
  }

  /** @throws NOT_FOUND */
  async getVersion(version: number): Promise<RulesRecord> {
    const [rules] = await this.read(READ_VERSION, [version]);
    if (rules === undefined) throw new NotFoundError('Version', version);
    return rules;
  }

  /**
   * Saves a draft.
   * @param id the draft to replace; null: a new one
   * @param caller who saves it
   * @throws SCORING_RULES_INVALID; NOT_FOUND; CONFLICT if the rules are published; BAD_USER_INPUT
   */
  async saveDraft(input: unknown, note: string, id: number | null, caller: string): Promise<RulesRecord> {
    if ([...note].length > MAX_NOTE_LENGTH || !isStorable(note)) {
      throw new InvalidInputError(
        `note must have at most ${MAX_NOTE_LENGTH} characters, and be valid Unicode without NUL.`,
      );
    }
    const rules = JSON.stringify(validScoringRules(input));
    const draft = await inTransaction(this.sequelize, async (transaction) => {
      if (id !== null) {
        const [updated] = await this.read(UPDATE_DRAFT, [id, rules, note, caller], transaction);
        return updated ?? this.failOnDraft(id, transaction);
      }
      await this.sequelize.query(LOCK_DRAFTS, { transaction });
      const [inserted] = await this.read(INSERT_DRAFT, [rules, note, caller, MAX_DRAFTS], transaction);
      if (inserted !== undefined) return inserted;
      throw new InvalidInputError(`There are ${MAX_DRAFTS} drafts already. Delete one of them first.`);
    });
    scoringRulesChanged.publish({
      change: 'draft saved',
      rulesId: draft.id,
      version: null,
      changedBy: caller,
    });
    return draft;
  }

  /** @throws NOT_FOUND; CONFLICT if the rules are published */
  async deleteDraft(id: number, caller: string): Promise<void> {
    await inTransaction(this.sequelize, async (transaction) => {
      const [deleted] = await this.read(DELETE_DRAFT, [id], transaction);
      if (deleted === undefined) await this.failOnDraft(id, transaction);
    });
    scoringRulesChanged.publish({
      change: 'draft deleted',
      rulesId: id,
      version: null,
      changedBy: caller,
    });
  }

  /**
   * Puts a draft in force and recalculates all scores with it, in one transaction. If the recalculation is
   * cancelled or fails, the previous rules stay in force.
   * @throws NOT_FOUND; CONFLICT if the rules are already published; the errors of `recalculate`
   */
  async publish(id: number, caller: string, watch: PublicationWatch): Promise<Publication> {
    const draft = await this.getById(id);
    if (draft.version !== null) throw alreadyPublished(draft.id, draft.version);
    const recalculation = await this.recalculations.recalculate({
      ...watch,
      onlyStale: null,
      prepare: async (transaction, recalculationId) => {
        const [published] = await this.read(PUBLISH, [id, caller, recalculationId], transaction);
        if (published === undefined) throw new Error('The draft was deleted or published in the meantime.');
      },
    });
    this.store.forget();
    const rules = await this.getById(id);
    const { version } = rules;
    scoringRulesChanged.publish({ change: 'published', rulesId: id, version, changedBy: caller });
    // Leads that other transactions have scored in the meantime still have scores of the previous rules.
    await this.refresher.refresh(watch.signal);
    return { rules, recalculation };
  }

  /**
   * Publishes an earlier version again, as a new version.
   * @param version null: the version before the current one
   * @throws NOT_FOUND; CONFLICT if it is in force; the errors of `publish`
   */
  async revert(version: number | null, caller: string, watch: PublicationWatch): Promise<Publication> {
    if (version !== null && version < 1) {
      throw new InvalidInputError('version must be a whole number from 1.');
    }
    const current = await this.current();
    const wanted = version ?? (current.version ?? 1) - 1;
    if (wanted === 0) {
      throw new InvalidInputError('Version 1 of the scoring rules is in force: there is no earlier one.');
    }
    const earlier = await this.getVersion(wanted);
    if (wanted === current.version) {
      throw new DomainError('CONFLICT', `Version ${wanted} of the scoring rules is already in force.`);
    }
    const draft = await this.saveDraft(earlier.rules, `Version ${wanted} again`, null, caller);
    try {
      return await this.publish(draft.id, caller, watch);
    } catch (error) {
      await this.deleteDraft(draft.id, caller).catch(() => undefined);
      throw error;
    }
  }

  private async failOnDraft(id: number, transaction: Transaction): Promise<never> {
    const [rules] = await this.read(READ_RULES, [id], transaction);
    if (rules?.version == null) throw new NotFoundError('Rule set', id);
    throw alreadyPublished(id, rules.version);
  }

  private read(sql: string, bind: unknown[], transaction: Transaction | null = null): Promise<RulesRecord[]> {
    return this.sequelize.query<RulesRecord>(sql, { type: QueryTypes.SELECT, bind, transaction });
  }
}

const alreadyPublished = (id: number, version: number): DomainError =>
  new DomainError(
    'CONFLICT',
    `Scoring rules ${id} are published as version ${version} and cannot be changed.`,
  );
