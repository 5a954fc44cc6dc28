import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { LRUCache } from 'lru-cache';
import { Sequelize } from 'sequelize';
import { readRows } from '../../database/read-rows.js';
import type { VersionedRules } from './rules-in-force.js';
import type { ScoringRules } from './scoring-rules.js';

/** How long the rules in force are used without reading them again. */
const FRESH_MS = 1000;

/** The number of published versions that are kept in memory. */
const KEPT_VERSIONS = 100;

const READ_VERSION = 'SELECT version, rules FROM scoring_rules WHERE version = $1';
const READ_IN_FORCE = 'SELECT version, rules FROM scoring_rules_in_force()';

/**
 * Reads published scoring rules. They never change, so they are cached by version. If another server publishes rules,
 * `inForce` returns them within a second.
 */
@Injectable()
export class ScoringRulesStore {
  private readonly versions = new LRUCache<number, ScoringRules>({ max: KEPT_VERSIONS });
  private current: { readonly rules: Promise<VersionedRules>; readonly until: number } | null = null;

  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  inForce(): Promise<VersionedRules> {
    if (this.current === null || performance.now() >= this.current.until) {
      const rules = this.read(READ_IN_FORCE, []);
      this.current = { rules, until: performance.now() + FRESH_MS };
      rules.catch(() => {
        this.current = null;
      });
    }
    return this.current.rules;
  }

  /** Returns the rules of a published version. */
  async ofVersion(version: number): Promise<ScoringRules> {
    return this.versions.get(version) ?? (await this.read(READ_VERSION, [version])).rules;
  }

  /** Makes `inForce` read the rules again. */
  forget(): void {
    this.current = null;
  }

  private async read(sql: string, bind: readonly unknown[]): Promise<VersionedRules> {
    const [row] = await readRows<VersionedRules>(this.sequelize, { sql, bind });
    if (row === undefined) throw new Error('The scoring rules do not exist.');
    this.versions.set(row.version, row.rules);
    return row;
  }
}
