import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SummaryLeases } from '../../src/summaries/summary-lease.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { until } from '../support/until.js';

let api: Api;
let leases: SummaryLeases;
let database: Connection;

beforeEach(async () => {
  api = await startApi();
  leases = api.app.get(SummaryLeases, { strict: false });
  database = await connect(api.databaseUrl);
});
afterEach(async () => {
  await database.close();
  await api.close();
});

const { signal } = new AbortController();
const countLeases = async () => (await database.rows('SELECT FROM summary_leases')).length;
const hide = () => database.rows('ALTER TABLE summary_leases RENAME TO hidden');
const show = () => database.rows('ALTER TABLE hidden RENAME TO summary_leases');

describe('the lease of a lead', () => {
  it('is let go of with the work, whatever came of it', async () => {
    expect(await leases.hold(1, signal, async () => [await countLeases()])).toEqual([1]);
    await expect(leases.hold(1, signal, () => Promise.reject(new Error('in vain')))).rejects.toThrow(
      'in vain',
    );
    expect(await countLeases()).toBe(0);
  });

  it('is let go of later where the database cannot be told, and what came of the work counts', async () => {
    const kept = leases.hold(1, signal, async () => {
      await hide();
      return 'kept';
    });
    expect(await kept).toBe('kept');
    await show();
    await until(async () => (await countLeases()) === 0);
  });

  it('is there for the next one of this process meanwhile, who keeps it', async () => {
    await leases.hold(1, signal, hide);
    await show();
    await leases.hold(1, signal, async () => {
      expect(await countLeases()).toBe(1);
      // As long as the wait before the next attempt to let go of it, and longer.
      await database.rows('SELECT pg_sleep(0.6)');
      expect(await countLeases()).toBe(1);
    });
    expect(await countLeases()).toBe(0);
  });
});
