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
  it('throws database errors as domain errors', async () => {
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

/** A trigger on new leads that raises an error the first few times. */
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

const countTries = async (): Promise<unknown> =>
  withConnection(api.databaseUrl, async (connection) => {
    const [row] = await connection.rows<{ count: number }>('SELECT last_value::int AS count FROM tries');
    return row?.count;
  });

const leadCount = async (): Promise<number> =>
  (await api.ask<{ leads: unknown[] }>('{ leads { id } }')).leads.length;

describe('a transaction that conflicts with another', () => {
  it.each([
    ['a statement', ''],
    ['its commit', 'DEFERRABLE INITIALLY DEFERRED'],
  ])('is retried if %s fails to serialize, and takes effect once', async (_what, when) => {
    await api.sequelize.query(failFirst(3, when, SERIALIZATION_FAILURE));
    expect(await api.send(CREATE_LEAD)).toEqual({ data: { createLead: { email: 'a@example.com' } } });
    expect(await countTries()).toBe(4);
    expect(await leadCount()).toBe(1);
  });

  it('fails after five attempts, and changes nothing', async () => {
    await api.sequelize.query(failFirst(100, '', SERIALIZATION_FAILURE));
    expect(await api.codeOf(CREATE_LEAD)).toBe('SERVICE_UNAVAILABLE');
    expect(await countTries()).toBe(5);
    expect(await leadCount()).toBe(0);
  });

  it('is not retried if it may have committed', async () => {
    await api.sequelize.query(failFirst(100, 'DEFERRABLE INITIALLY DEFERRED', CUT_CONNECTION));
    expect(await api.codeOf(CREATE_LEAD)).toBe('SERVICE_UNAVAILABLE');
    expect(await countTries()).toBe(1);
  });

  it('is retried after a deadlock', async () => {
    const { sequelize } = api;
    const ids = await withConnection(api.databaseUrl, async (connection) => [
      await insertLead(connection),
      await insertLead(connection),
    ]);
    let tries = 0;
    let arrivals = 0;
    let release: () => void = () => undefined;
    const bothHaveLocked = new Promise<void>((resolve) => (release = resolve));
    const lockBoth = (order: readonly number[]) =>
      inTransaction(sequelize, async (transaction) => {
        tries += 1;
        const lock = (id: number | undefined) =>
          sequelize.query('UPDATE leads SET company = company WHERE id = $1', { transaction, bind: [id] });
        await lock(order[0]);
        arrivals += 1;
        if (arrivals === 2) release();
        await bothHaveLocked;
        await lock(order[1]);
      });
    await Promise.all([lockBoth(ids), lockBoth(ids.toReversed())]);
    expect(tries).toBe(3);
  });
});

describe('withSavepoint', () => {
  it('rolls back only the part that fails, and the transaction continues', async () => {
    const { sequelize } = api;
    await inTransaction(sequelize, async (transaction) => {
      await sequelize.query(INSERT, { transaction });
      const part = withSavepoint(sequelize, transaction, () => sequelize.query(INSERT, { transaction }));
      await expect(part).rejects.toThrow();
    });
    expect(await api.ask('{ leads { email } }')).toEqual({ leads: [{ email: 'same@example.com' }] });
  });

  it('reports a lost transaction if the connection is lost within a part or before one', async () => {
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
