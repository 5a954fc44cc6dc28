import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { KeysetCursors } from '../../common/keyset-cursor.js';
import { type Page, type PageArguments, pageOf, pageWindow } from '../../common/page-window.js';
import { readRows, type Statement } from '../../database/read-rows.js';
import type { LeadColumn, PartOfLead } from '../lead-record.js';
import { isIndexed } from './lead-conditions.sql.js';
import { LeadCountEstimate } from './lead-count-estimate.js';
import {
  canonicalFilter,
  type FilterWithoutBand,
  type LeadFilter,
  rejectContradictions,
  replaceBand,
} from './lead-filter.js';
import { type LeadOrder, ORDERS } from './lead-order.js';
import {
  countLeads,
  hasResidualFilter,
  type LeadQuery,
  positionOf,
  type Positioned,
  readRange,
  type Segment,
  segmentsOf,
  sortSegment,
  scanSegment,
} from './lead-page.sql.js';
import { nextScanSize, SHORT_SCAN } from './index-scan.js';
import {
  COUNT_BY_SCORE,
  COUNT_BY_SOURCE,
  COUNT_BY_STATUS,
  COUNT_OPEN_BY_SCORE,
  READ_AVERAGES,
} from './lead-stats.sql.js';
import type { ScoreCount } from './score-distribution.js';
import { ScoringRulesStore } from '../scoring/scoring-rules.store.js';

type ListedRow = PartOfLead & Positioned;

/** Returns pages and statistics of leads, for lists of any length. */
@Injectable()
export class LeadListingService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly leadCount: LeadCountEstimate,
    private readonly rules: ScoringRulesStore,
  ) {}

  /**
   * @param columns the columns to read, apart from the id
   * @throws BAD_USER_INPUT
   */
  async findPage(
    args: PageArguments,
    filter: LeadFilter,
    order: LeadOrder,
    columns: readonly LeadColumn[],
  ): Promise<Page<PartOfLead>> {
    rejectContradictions(filter);
    const cursors = cursorsOf(filter, order);
    const window = pageWindow(args, (cursor, name) => cursors.read(cursor, name));
    const query = { columns, filter: await this.withoutBand(filter), order, window };
    const rows: ListedRow[] = [];
    for (const segment of segmentsOf(order, window)) {
      const limit = window.size + 1 - rows.length;
      if (limit === 0) break;
      rows.push(...(await this.readSegment(query, segment, limit)));
    }
    return pageOf(rows, window, (row) => cursors.write(positionOf(row)));
  }

  /**
   * Statistics cannot predict whether scanning the index or sorting the matches is faster. Frequent matches
   * may all be at the far end of the order. So short scans come first; the matches are sorted if the scans do
   * not find enough.
   */
  private async readSegment(query: LeadQuery, segment: Segment, limit: number): Promise<ListedRow[]> {
    if (!hasResidualFilter(query)) return this.read(readRange(query, segment, limit));
    let scanSize: number | null = limit * SHORT_SCAN;
    while (scanSize !== null) {
      const rows: ListedRow[] = await this.read(scanSegment(query, segment, limit, scanSize));
      if (rows.length === limit) return rows;
      // The count is of no use if the scan has found nothing.
      const leadCount = rows.length > 0 && isIndexed(query.filter) ? await this.leadCount.read() : null;
      scanSize = nextScanSize({ scanSize, foundCount: rows.length, limit }, leadCount);
    }
    return this.read(sortSegment(query, segment, limit));
  }

  async count(filter: LeadFilter): Promise<number> {
    const [row] = await this.read<{ count: number }>(countLeads(await this.withoutBand(filter)));
    return row?.count ?? 0;
  }

  countByStatus(): Promise<{ status: string; count: number }[]> {
    return this.read({ sql: COUNT_BY_STATUS, bind: [] });
  }

  countBySource(): Promise<{ source: string | null; count: number }[]> {
    return this.read({ sql: COUNT_BY_SOURCE, bind: [] });
  }

  countByScore(): Promise<ScoreCount[]> {
    return this.read({ sql: COUNT_BY_SCORE, bind: [] });
  }

  countOpenByScore(): Promise<ScoreCount[]> {
    return this.read({ sql: COUNT_OPEN_BY_SCORE, bind: [] });
  }

  async averages(): Promise<{ score: number | null; budget: number | null }> {
    const [averages] = await this.read<{ score: number | null; budget: number | null }>({
      sql: READ_AVERAGES,
      bind: [],
    });
    return averages ?? { score: null, budget: null };
  }

  private async withoutBand(filter: LeadFilter): Promise<FilterWithoutBand> {
    return replaceBand(filter, (await this.rules.inForce()).rules.bands);
  }

  private read<Row extends object>(statement: Statement): Promise<Row[]> {
    return readRows<Row>(this.sequelize, statement);
  }
}

function cursorsOf(filter: LeadFilter, order: LeadOrder): KeysetCursors {
  const { types, isNullable } = ORDERS[order.field];
  const question = [canonicalFilter(filter), order.field, order.direction];
  return new KeysetCursors('leadsConnection', question, types, isNullable);
}
