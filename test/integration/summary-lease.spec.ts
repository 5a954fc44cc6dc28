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
const readLeases = () => database.rows('SELECT "leadId" FROM summary_leases ORDER BY 1');
const hide = () => database.rows('ALTER TABLE summary_leases RENAME TO hidden');
const show = () => database.rows('ALTER TABLE hidden RENAME TO summary_leases');

describe('the lease of a lead', () => {
  it('is released with the work, whether it succeeds or fails', async () => {
    expect(await leases.hold(1, signal, async () => [await countLeases()])).toEqual([1]);
    await expect(leases.hold(1, signal, () => Promise.reject(new Error('in vain')))).rejects.toThrow(
      'in vain',
    );
    expect(await countLeases()).toBe(0);
  });

  it('is released later if the database is unavailable, and the result of the work is kept', async () => {
    const kept = leases.hold(1, signal, async () => {
      await hide();
      return 'kept';
    });
    expect(await kept).toBe('kept');
    await show();
    await until(async () => (await countLeases()) === 0);
  });

  it('is available to the next work of this process meanwhile, which then keeps it', async () => {
    // Neither lease can be released. The next attempt for the first lead comes before that for the second.
    await leases.hold(2, signal, () => leases.hold(1, signal, hide));
    await show();
    await leases.hold(1, signal, async () => {
      expect(await readLeases()).toEqual([{ leadId: 1 }, { leadId: 2 }]);
      await until(async () => (await countLeases()) === 1);
      expect(await readLeases()).toEqual([{ leadId: 1 }]);
    });
    expect(await countLeases()).toBe(0);
  });
});
