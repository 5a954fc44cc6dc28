import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { readRows } from '../database/read-rows.js';
import type { WinRate } from '../score-quality/outcomes-by-score.js';
import { DEFAULT_OPTIONS } from './score-evaluation.js';
import { READ_WIN_RATES } from './score-evaluation-record.sql.js';

/** How long stored win rates are used without reading them again. */
const FRESH_MS = 1000;

/** The observed win rate of leads with a score. */
export interface LeadWinRate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  readonly leads: number;
  readonly horizonDays: number;
  readonly evaluatedAt: Date;
}

interface StoredWinRates {
  readonly evaluatedAt: Date;
  readonly horizonDays: number;
  readonly rates: readonly (WinRate | null)[];
}

/** Win rates of scores, from the latest evaluation of the rules in force with the default options. */
@Injectable()
export class WinRatesService {
  private current: { readonly rates: Promise<StoredWinRates | null>; readonly until: number } | null = null;

  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  /**
   * Returns the observed win rate of leads with a score; null: the rules in force were not evaluated, or too few leads had such a
   * score.
   */
  async winRateOf(score: number): Promise<LeadWinRate | null> {
    const stored = await this.stored();
    const found = stored?.rates[score];
    if (stored == null || found?.rate == null || found.interval === null) return null;
    const { horizonDays, evaluatedAt } = stored;
    return {
      rate: found.rate,
      low: found.interval.low,
      high: found.interval.high,
      leads: found.leads,
      horizonDays,
      evaluatedAt,
    };
  }

  /** Makes this process read the win rates again. Other processes do it within a second. */
  forget(): void {
    this.current = null;
  }

  private stored(): Promise<StoredWinRates | null> {
    if (this.current === null || performance.now() >= this.current.until) {
      const rates = readRows<StoredWinRates>(this.sequelize, {
        sql: READ_WIN_RATES,
        bind: [DEFAULT_OPTIONS.horizonDays, DEFAULT_OPTIONS.landmarkEvery],
      }).then(([row]) => row ?? null);
      this.current = { rates, until: performance.now() + FRESH_MS };
      rates.catch(() => {
        this.current = null;
      });
    }
    return this.current.rates;
  }
}
