import { expect, it } from 'vitest';
import { connectionError } from '../../src/database/connection-errors.js';

it.each([
  [
    'a cancelled statement',
    Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' }),
    'it cancelled a statement; raise statement_timeout, or reset it for the role and the database',
  ],
  [
    'a pooler without a free connection',
    new Error('timeout expired'),
    'it did not answer in time; check host, port and firewall, and whether a pooler there has a free connection',
  ],
])('explains %s', (_, error, remedy) => {
  expect(connectionError('postgres://u:secret@one/crm', error).message).toBe(
    `The database at one:5432/crm cannot be used: ${remedy}.`,
  );
});
