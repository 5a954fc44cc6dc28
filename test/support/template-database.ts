import path from 'node:path';
import pg from 'pg';

type Migrator = typeof import('../../src/database/migrator.js');

/** The template of every test database. */
export const TEMPLATE_DATABASE = 'lead_scoring_template';

/**
 * Creates the template once for a whole run. There must be no connection to it afterwards, because CREATE
 * DATABASE would fail.
 * @param adminUrl of the database `postgres`
 */
export async function migrateTemplate(adminUrl: string): Promise<void> {
  const admin = new pg.Client(adminUrl);
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  } finally {
    await admin.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${TEMPLATE_DATABASE}`;
  // The migrations are those of dist/, as a deployment runs them.
  const { migrateUp } = (await import(path.resolve('dist/src/database/migrator.js'))) as Migrator;
  await migrateUp({ url: url.href });
}
