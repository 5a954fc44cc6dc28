import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AbstractDataType, AbstractDataTypeConstructor, ModelAttributeColumnOptions } from 'sequelize';
import { Interaction } from '../../src/interactions/interaction.model.js';
import { Lead } from '../../src/leads/lead.model.js';
import { type Api, startApi } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const TYPES: Readonly<Record<string, string>> = {
  'CHARACTER VARYING(255)': 'VARCHAR(255)',
  'CHARACTER VARYING(64)': 'VARCHAR(64)',
  'CHARACTER VARYING(16)': 'VARCHAR(16)',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP WITH TIME ZONE',
  NUMERIC: 'DECIMAL(10,2)',
  'USER-DEFINED': 'ENUM',
};

it.each([
  { table: 'leads', attributes: () => Lead.getAttributes() },
  { table: 'interactions', attributes: () => Interaction.getAttributes() },
])('the model of $table has the columns that the migrations create', async ({ table, attributes }) => {
  const columns = await api.sequelize.getQueryInterface().describeTable(table);
  const inDatabase = Object.entries(columns).map(([name, { type, allowNull, primaryKey }]) => ({
    name,
    type: TYPES[type] ?? type,
    isNullable: allowNull,
    isKey: primaryKey,
  }));
  const inModel = Object.entries<ModelAttributeColumnOptions>(attributes()).map(([name, attribute]) => ({
    name,
    type: typeof attribute.type === 'string' ? attribute.type : sqlTypeOf(attribute.type),
    isNullable: attribute.allowNull !== false && attribute.primaryKey !== true,
    isKey: attribute.primaryKey === true,
  }));
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  expect(inModel.toSorted(byName)).toEqual(inDatabase.toSorted(byName));
});

function sqlTypeOf(type: AbstractDataTypeConstructor | AbstractDataType): string {
  const sql = 'toSql' in type ? type.toSql() : type.key;
  return sql.startsWith('ENUM') ? 'ENUM' : sql;
}
