import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { postgraphile } from 'postgraphile';
import { announce } from './announce.js';
import { pool } from './hand-written.js';

const answer = postgraphile(pool, 'public', { disableDefaultMutations: true });
const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => {
  announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
});
