import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TransactionLostError } from '../../src/database/database-errors.js';
import { inTransaction, withSavepoint } from '../../src/database/transactions.js';
import { type Api, startApi } from '../support/api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

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
