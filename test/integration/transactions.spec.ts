import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TransactionLostError } from '../../src/database/database-errors.js';
import { inTransaction, withSavepoint } from '../../src/database/transactions.js';
import { type Api, startApi } from '../support/api.js';
import { withConnection } from '../support/connection.js';
import { insertLead } from '../support/fixtures.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterEach(() =>
  api.sequelize.query(`
    DROP FUNCTION IF EXISTS fail_first CASCADE;
    DROP SEQUENCE IF EXISTS tries;
    DELETE FROM leads`),
);
afterAll(() => api.close());

const INSERT = `INSERT INTO leads ("firstName", "lastName", email, status, "createdAt", "updatedAt")
  VALUES ('a', 'b', 'same@example.com', 'new', now(), now())`;
const CUT_OWN_CONNECTION = 'SELECT pg_terminate_backend(pg_backend_pid())';

describe('inTransaction', () => {
  it('gives errors of the database as errors of the domain', async () => {
    const { sequelize } = api;
    const taken = inTransaction(sequelize, async (transaction) => {
      await sequelize.query(INSERT, { transaction });
      await sequelize.query(INSERT, { transaction });
    });
    await expect(taken).rejects.toMatchObject({ name: 'DomainError', code: 'CONFLICT' });
    const lost = inTransaction(sequelize, (transaction) =>
      sequelize.query(CUT_OWN_CONNECTION, { transaction }),
    );
    await expect(lost).rejects.toMatchObject({ name: 'DomainError', code: 'SERVICE_UNAVAILABLE' });
  });
});

/** A trigger on changes of leads that raises an error the first few times that it runs. */
const failFirst = (times: number, when: string, raise: string): string => `
  CREATE SEQUENCE tries;
  CREATE FUNCTION fail_first() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF nextval('tries') <= ${times} THEN ${raise}; END IF;
    RETURN NEW;
  END $$;
  CREATE CONSTRAINT TRIGGER fail_first AFTER INSERT ON leads ${when} FOR EACH ROW EXECUTE FUNCTION fail_first();`;

const SERIALIZATION_FAILURE = `RAISE EXCEPTION 'try again' USING ERRCODE = 'serialization_failure'`;
const CUT_CONNECTION = 'PERFORM pg_terminate_backend(pg_backend_pid())';

const CREATE_LEAD = `mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "a@example.com" }) { email } }`;

const triesOf = async (): Promise<unknown> =>
  withConnection(api.databaseUrl, async (connection) => {
    const [row] = await connection.rows<{ count: number }>('SELECT last_value::int AS count FROM tries');
    return row?.count;
  });

const leadCount = async (): Promise<number> =>
  (await api.ask<{ leads: unknown[] }>('{ leads { id } }')).leads.length;

describe('a transaction that PostgreSQL rolls back because of others', () => {
  it.each([
    ['a statement', ''],
    ['its commit', 'DEFERRABLE INITIALLY DEFERRED'],
  ])('is tried again if %s fails to serialize, and is done once', async (_what, when) => {
    await api.sequelize.query(failFirst(3, when, SERIALIZATION_FAILURE));
    expect(await api.send(CREATE_LEAD)).toEqual({ data: { createLead: { email: 'a@example.com' } } });
    expect(await triesOf()).toBe(4);
    expect(await leadCount()).toBe(1);
  });

  it('is given up after five tries, and changes nothing', async () => {
    await api.sequelize.query(failFirst(100, '', SERIALIZATION_FAILURE));
    expect(await api.codeOf(CREATE_LEAD)).toBe('SERVICE_UNAVAILABLE');
    expect(await triesOf()).toBe(5);
    expect(await leadCount()).toBe(0);
  });

  it('is not tried again if nobody knows whether it has committed', async () => {
    await api.sequelize.query(failFirst(100, 'DEFERRABLE INITIALLY DEFERRED', CUT_CONNECTION));
    expect(await api.codeOf(CREATE_LEAD)).toBe('SERVICE_UNAVAILABLE');
    expect(await triesOf()).toBe(1);
  });

  it('is tried again if it met another one in a deadlock', async () => {
    const { sequelize } = api;
    const ids = await withConnection(api.databaseUrl, async (connection) => [
      await insertLead(connection),
      await insertLead(connection),
    ]);
    let tries = 0;
    let arrivals = 0;
    let letGo: () => void = () => undefined;
    const bothHoldOne = new Promise<void>((resolve) => (letGo = resolve));
    const lockBoth = (order: readonly number[]) =>
      inTransaction(sequelize, async (transaction) => {
        tries += 1;
        const lock = (id: number | undefined) =>
          sequelize.query('UPDATE leads SET company = company WHERE id = $1', { transaction, bind: [id] });
        await lock(order[0]);
        arrivals += 1;
        if (arrivals === 2) letGo();
        await bothHoldOne;
        await lock(order[1]);
      });
    await Promise.all([lockBoth(ids), lockBoth(ids.toReversed())]);
    expect(tries).toBe(3);
  });
});

describe('withSavepoint', () => {
  it('goes back to before a part that fails, and the transaction goes on', async () => {
    const { sequelize } = api;
    await inTransaction(sequelize, async (transaction) => {
      await sequelize.query(INSERT, { transaction });
      const part = withSavepoint(sequelize, transaction, () => sequelize.query(INSERT, { transaction }));
      await expect(part).rejects.toThrow();
    });
    expect(await api.ask('{ leads { email } }')).toEqual({ leads: [{ email: 'same@example.com' }] });
  });

  it('says that the transaction is lost where the connection is, within a part and before one', async () => {
    const { sequelize } = api;
    const work = inTransaction(sequelize, async (transaction) => {
      const part = () =>
        withSavepoint(sequelize, transaction, () => sequelize.query(CUT_OWN_CONNECTION, { transaction }));
      await expect(part()).rejects.toThrow(TransactionLostError);
      await expect(part()).rejects.toThrow(TransactionLostError);
      throw new Error('over');
    });
    await expect(work).rejects.toThrow('over');
  });
});
