import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { KeysetCursors } from '../../common/keyset-cursor.js';
import { type Page, type PageArguments, pageOf, pageWindow } from '../../common/page-window.js';
import { type LeadRecord, type LeadRow, leadRecordOf } from '../lead-record.js';
import { ScoreSettings } from '../scoring/score-settings.js';
import { canonicalFilter, type LeadFilter, refuseContradictions } from './lead-filter.js';
import { type LeadOrder, ORDERS } from './lead-order.js';
import { countLeads, readSegment, segmentsOf, type Statement } from './lead-page.sql.js';
import { COUNT_BY_SCORE, COUNT_BY_SOURCE, COUNT_BY_STATUS, READ_AVERAGES } from './lead-stats.sql.js';
import type { ScoreCount } from './score-distribution.js';

type ListedRow = LeadRow & { readonly position: readonly string[] };

/** Lists of leads, of whatever length: in pages, and in figures. */
@Injectable()
export class LeadListingService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly scores: ScoreSettings,
  ) {}

  /** @throws BAD_USER_INPUT */
  async findPage(args: PageArguments, filter: LeadFilter, order: LeadOrder): Promise<Page<LeadRecord>> {
    refuseContradictions(filter);
    const cursors = cursorsOf(filter, order);
    const window = pageWindow(args, (cursor, name) => cursors.read(cursor, name));
    const { maxAgeHours } = this.scores;
    const rows: ListedRow[] = [];
    for (const segment of segmentsOf(order, window)) {
      const limit = window.size + 1 - rows.length;
      if (limit === 0) break;
      rows.push(
        ...(await this.select<ListedRow>(
          readSegment({ filter, order, window, maxAgeHours }, segment, limit),
        )),
      );
    }
    const listed = rows.map((row) => ({ lead: leadRecordOf(row), position: row.position }));
    const page = pageOf(listed, window, ({ lead, position }) =>
      cursors.write({ id: lead.id, values: position }),
    );
    return {
      ...page,
      edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.lead })),
      nodes: page.nodes.map(({ lead }) => lead),
    };
  }

  async count(filter: LeadFilter): Promise<number> {
    const [row] = await this.select<{ count: number }>(countLeads(filter, this.scores.maxAgeHours));
    return row?.count ?? 0;
  }

  countByStatus(): Promise<{ status: string; count: number }[]> {
    return this.select({ sql: COUNT_BY_STATUS, bind: [] });
  }

  countBySource(): Promise<{ source: string | null; count: number }[]> {
    return this.select({ sql: COUNT_BY_SOURCE, bind: [] });
  }

  countByScore(): Promise<ScoreCount[]> {
    return this.select({ sql: COUNT_BY_SCORE, bind: [] });
  }

  async averages(): Promise<{ score: number | null; budget: number | null }> {
    const [averages] = await this.select<{ score: number | null; budget: number | null }>({
      sql: READ_AVERAGES,
      bind: [],
    });
    return averages ?? { score: null, budget: null };
  }

  private select<Row extends object>({ sql, bind }: Statement): Promise<Row[]> {
    return this.sequelize.query<Row>(sql, { type: QueryTypes.SELECT, bind: [...bind] });
  }
}

function cursorsOf(filter: LeadFilter, order: LeadOrder): KeysetCursors {
  const { types, isNullable } = ORDERS[order.field];
  const question = [canonicalFilter(filter), order.field, order.direction];
  return new KeysetCursors('leadsConnection', question, types, isNullable);
}
