import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import { now } from '../common/clock.js';
import { NotFoundError } from '../common/domain-error.js';
import { readRows } from '../database/read-rows.js';
import type { InteractionDirection, InteractionType } from '../interactions/interaction-type.js';
import type { CallMeter } from './call-meter.js';
import { READ_FACTS } from './summary-facts.sql.js';
import type { SummaryFacts } from './summary-facts.js';
import {
  ADD_GENERATION,
  FIND_SAME,
  LATEST_GENERATION,
  READ_DETAILS,
  READ_STALE_SUMMARIES,
  SAVE_DETAILS,
  SAVE_SUMMARY,
  WRITTEN,
} from './summary-store.sql.js';
import type { KeyPoint, WrittenSummary } from './summary-writer.js';

/** The details of a lead's summary. */
export interface SummaryDetail {
  readonly leadId: number;
  readonly headline: string | null;
  readonly keyPoints: readonly KeyPoint[];
  readonly nextStep: string | null;
  readonly withheldInteractionIds: readonly number[];
  readonly writer: string;
  readonly model: string | null;
  readonly promptVersion: number | null;
  readonly costUsd: number | null;
  readonly generatedAt: Date;
}

/** One use of a writer. */
export interface Generation {
  readonly facts: SummaryFacts;
  readonly writer: { readonly name: string; readonly version: string | null };
  readonly meter: CallMeter;
  /** The batch that the costs are charged to; null: none. */
  readonly batchId: number | null;
}

interface LatestGeneration {
  readonly id: string;
  readonly outcome: string;
  readonly inputHash: string;
  readonly writerVersion: string;
}

type FactsArray = [
  firstName: string,
  lastName: string,
  company: string | null,
  location: string | null,
  source: string | null,
  status: string | null,
  budget: number | string | null,
  interactionCount: number,
  interactions: [
    id: number,
    type: InteractionType,
    date: number,
    notes: string | null,
    isPlanned: boolean,
    direction: InteractionDirection | null,
  ][],
];

/** Reads the facts of summaries, and stores the results. */
@Injectable()
export class SummaryStore {
  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  /** @throws NOT_FOUND */
  async readFacts(leadId: number): Promise<SummaryFacts> {
    const [row] = await this.select<{ facts: FactsArray; hash: string; asOf: Date }>(READ_FACTS, [leadId]);
    if (row === undefined) throw new NotFoundError('Lead', leadId);
    const [firstName, lastName, company, location, source, status, budget, interactionCount, interactions] =
      row.facts;
    return {
      leadId,
      firstName,
      lastName,
      company,
      location,
      source,
      status: status ?? 'new',
      // NaN is a valid `numeric`, and arrives as text.
      budget: typeof budget === 'number' ? budget : null,
      asOf: row.asOf,
      interactions: interactions.map(([id, type, date, notes, , direction]) => ({
        id,
        type,
        direction,
        date: new Date(date),
        notes,
      })),
      interactionCount,
      hash: row.hash,
    };
  }

  /** Whether the current summary of the lead was made from these facts by this version of a writer. */
  async hasSame(facts: SummaryFacts, writerVersion: string | null): Promise<boolean> {
    const found = await this.select(FIND_SAME, [facts.leadId, facts.hash, writerVersion]);
    return found.length > 0;
  }

  findDetails(leadIds: readonly number[]): Promise<SummaryDetail[]> {
    return readRows<SummaryDetail>(this.sequelize, { sql: READ_DETAILS, bind: [leadIds] });
  }

  /** Returns those leads whose summary was made from other facts, or by another version of the writer. */
  async findStale(leadIds: readonly number[], writerVersion: string | null): Promise<number[]> {
    const stale = await this.select<{ id: number }>(READ_STALE_SUMMARIES, [leadIds, writerVersion]);
    return stale.map(({ id }) => id);
  }

  async latestGeneration(leadId: number): Promise<LatestGeneration | null> {
    const [latest] = await this.select<LatestGeneration>(LATEST_GENERATION, [leadId]);
    return latest ?? null;
  }

  /** Saves the summary of a lead. @returns false if the lead has been deleted */
  async save(generation: Generation, summary: WrittenSummary, transaction: Transaction): Promise<boolean> {
    const { facts, writer, meter } = generation;
    await this.addGeneration(generation, WRITTEN, transaction);
    const generatedAt = now();
    const bind = [facts.leadId, summary.text, summary.source, generatedAt];
    const [saved] = await this.sequelize.query(SAVE_SUMMARY, { transaction, bind });
    if (saved.length === 0) return false;
    await this.sequelize.query(SAVE_DETAILS, {
      transaction,
      bind: [
        facts.leadId,
        summary.headline,
        JSON.stringify(summary.keyPoints),
        summary.nextStep,
        summary.withheldInteractionIds,
        writer.name,
        summary.model,
        summary.promptVersion,
        meter.costUsd,
        facts.hash,
        writer.version,
        generatedAt,
      ],
    });
    return true;
  }

  /** Records one use of a writer. @param outcome `written`, or the code of an error */
  async addGeneration(generation: Generation, outcome: string, transaction: Transaction): Promise<void> {
    const { facts, writer, meter, batchId } = generation;
    await this.sequelize.query(ADD_GENERATION, {
      transaction,
      bind: [
        facts.leadId,
        batchId,
        outcome,
        facts.hash,
        writer.version,
        writer.name,
        meter.model,
        meter.generationId,
        meter.requestCount,
        meter.promptTokens,
        meter.completionTokens,
        meter.costUsd,
        meter.latencyMs(),
      ],
    });
  }

  private select<Row extends object>(sql: string, bind: unknown[]): Promise<Row[]> {
    return this.sequelize.query<Row>(sql, { type: QueryTypes.SELECT, bind });
  }
}
