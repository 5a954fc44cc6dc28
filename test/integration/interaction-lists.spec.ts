import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.js';
import { type Connection, connect } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';

let api: Api;
let database: Connection;
let leadId: number;
let otherId: number;

beforeAll(async () => {
  api = await startApi({ INTERACTIONS_LIST_LIMIT: '3' });
  database = await connect(api.databaseUrl);
  leadId = await insertLead(database);
  otherId = await insertLead(database);
}, 30_000);
afterAll(async () => {
  await database.close();
  await api.close();
});

const tooLong = {
  message:
    'There are more than 3 interactions, too many for one response: use interactionsConnection to request pages.',
  extensions: { code: 'LIST_TOO_LONG', limit: 3 },
};

describe('lists of interactions without pages', () => {
  it('are complete up to the limit, across all leads, and fail beyond it', async () => {
    const [first, second] = [
      await insertInteraction(database, leadId, { ageInDays: 3 }),
      await insertInteraction(database, leadId, { ageInDays: 2 }),
    ];
    const third = await insertInteraction(database, otherId, { ageInDays: 1 });
    const ids = (...of: number[]) => of.map((id) => ({ id: String(id) }));
    const ALL = '{ interactions { id } }';
    const OF_LEADS = '{ leads { interactions { id } } }';
    const OF_ONE = `{ interactionsByLead(leadId: ${leadId}) { id } }`;
    expect(await api.ask(ALL)).toEqual({ interactions: ids(third, second, first) });
    expect(await api.ask(OF_LEADS)).toEqual({
      leads: [{ interactions: ids(second, first) }, { interactions: ids(third) }],
    });

    await insertInteraction(database, otherId);
    expect((await api.send(ALL)).errors).toMatchObject([tooLong]);
    expect((await api.send(OF_LEADS)).errors).toMatchObject([tooLong, tooLong]);
    // This lead has no more interactions than before.
    expect(await api.ask(OF_ONE)).toEqual({ interactionsByLead: ids(second, first) });

    await insertInteraction(database, leadId);
    await insertInteraction(database, leadId);
    expect((await api.send(OF_ONE)).errors).toMatchObject([tooLong]);
  });
});
