import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import request from 'supertest';
import { createLog } from '../../src/logging/log.js';
import { NestLog } from '../../src/logging/nest-log.js';
import { SummaryWriter } from '../../src/summaries/summary-writer.js';
import { type Api, startApi } from '../support/api.js';
import { answersTo, connectSocket } from '../support/websocket.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

async function post(query: string, id?: string) {
  const sent = request(api.app.getHttpServer()).post('/graphql');
  const answer = await (id === undefined ? sent : sent.set('x-request-id', id)).send({ query });
  const headers = answer.headers as Record<string, string>;
  const { errors = [] } = answer.body as { errors?: { extensions: { requestId: string } }[] };
  return { header: headers['x-request-id'], ids: errors.map(({ extensions }) => extensions.requestId) };
}

describe('the id of a request', () => {
  it.each([
    ['a lead that does not exist', 'mutation { removeLead(id: 77) }'],
    ['an invalid value', '{ leadsConnection(first: 0) { nodes { id } } }'],
    ['an unknown field', '{ nothing }'],
    ['a syntax error', '{'],
  ])('is in the response and in its errors: %s', async (_, query) => {
    const { header, ids } = await post(query);
    expect(header).toMatch(UUID);
    expect(ids).toEqual([header]);
  });

  it('is taken from the request if its header is valid', async () => {
    expect(await post('{ nothing }', 'trace-1.2:3_4')).toEqual({
      header: 'trace-1.2:3_4',
      ids: ['trace-1.2:3_4'],
    });
    for (const forged of ['a b', 'x'.repeat(65), '', 'a"b']) {
      expect((await post('{ nothing }', forged)).header).toMatch(UUID);
    }
  });

  it('is unique among concurrent requests', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => post('mutation { removeLead(id: 77) }')),
    );
    expect(new Set(answers.map(({ header }) => header)).size).toBe(30);
    for (const { header, ids } of answers) expect(ids).toEqual([header]);
  });

  it('is in errors over a WebSocket', async () => {
    await api.app.listen(0, '127.0.0.1');
    const client = connectSocket(`${await api.app.getUrl()}/graphql`);
    const [error] = await answersTo(client, 'mutation { removeLead(id: 77) }')
      .next()
      .then(({ value }) => (value as { errors: { extensions: { requestId: string } }[] }).errors);
    expect(error?.extensions.requestId).toMatch(UUID);
    await client.dispose();
  });

  it('is in the log lines about it', async () => {
    const written: string[] = [];
    api.app.useLogger(new NestLog(createLog('warn', { write: (line) => written.push(line) })));
    const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);
    const original = vi
      .spyOn(api.sequelize.connectionManager, 'getConnection')
      .mockRejectedValue(new Error('inside'));
    const health = vi
      .spyOn(api.app.get(SummaryWriter, { strict: false }), 'health')
      .mockImplementation(() => {
        throw new Error('inside health');
      });
    try {
      const { header } = await post('{ leadStats { totalCount } }', 'the-one');
      expect(header).toBe('the-one');
      expect(lines()).toContainEqual(
        expect.objectContaining({ level: 'error', context: 'GraphQL', requestId: 'the-one', msg: 'inside' }),
      );

      const outside = await request(api.app.getHttpServer()).get('/health').set('x-request-id', 'the-other');
      expect(outside.status).toBe(500);
      expect(lines()).toContainEqual(
        expect.objectContaining({ level: 'error', requestId: 'the-other', msg: 'inside health' }),
      );
    } finally {
      original.mockRestore();
      health.mockRestore();
      api.app.useLogger(false);
    }
  });
});
