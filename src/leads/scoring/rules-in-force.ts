import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import type { ScoringRules } from './scoring-rules.js';

export interface VersionedRules {
  readonly version: number;
  readonly rules: ScoringRules;
}

const READ_IN_FORCE = 'SELECT version, rules FROM scoring_rules_in_force()';

/** Reads the rules in force within a transaction: those that it has published itself, if any. */
export async function readRulesInForce(
  sequelize: Sequelize,
  transaction: Transaction,
): Promise<VersionedRules> {
  const [row] = await sequelize.query<VersionedRules>(READ_IN_FORCE, {
    type: QueryTypes.SELECT,
    transaction,
  });
  if (row === undefined) throw new Error('No scoring rules are in force.');
  return row;
}
