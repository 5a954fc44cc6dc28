import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { locationOf, parseDatabaseUrl } from '../../src/config/database-url.js';

const user = os.userInfo().username;

describe('parseDatabaseUrl', () => {
  it.each([
    ['postgres://u:p@db.example.com:5433/crm', 'db.example.com', 5433, 'u', 'p', 'crm'],
    ['postgresql://u@db.example.com', 'db.example.com', 5432, 'u', null, 'u'],
    ['postgres://', 'localhost', 5432, user, null, user],
    ['postgres:///crm', 'localhost', 5432, user, null, 'crm'],
    ['postgres://:5433/crm', 'localhost', 5433, user, null, 'crm'],
    ['postgres://u:p@/crm', 'localhost', 5432, 'u', 'p', 'crm'],
    ['postgres://u:p@/crm?host=/run/postgresql&port=5433', '/run/postgresql', 5433, 'u', 'p', 'crm'],
    ['postgres://u:p@%2Frun%2Fpostgresql:5433/crm', '/run/postgresql', 5433, 'u', 'p', 'crm'],
    ['postgres://u:p@one:1111/crm?host=two&port=2222', 'two', 2222, 'u', 'p', 'crm'],
    ['postgres://u:p@one/crm?user=v&password=q%26&dbname=other', 'one', 5432, 'v', 'q&', 'other'],
    ['postgres://u:p@one:1111/crm?host=&port=', 'one', 1111, 'u', 'p', 'crm'],
    ['postgres://u:p@[::1]:5433/crm', '::1', 5433, 'u', 'p', 'crm'],
    ['postgres://u:p@one/crm?host=::1', '::1', 5432, 'u', 'p', 'crm'],
    ['postgres://u%40v:p%40%2F%3A%25%23@one/a%2Fb%20c', 'one', 5432, 'u@v', 'p@/:%#', 'a/b c'],
    ['postgres://u:pä ß@one/crm', 'one', 5432, 'u', 'pä ß', 'crm'],
  ])('parses %s', (url, host, port, name, password, database) => {
    expect(parseDatabaseUrl(url)).toMatchObject({ host, port, user: name, password, database });
  });

  it('parses options, application name and TLS parameters', () => {
    const url =
      'postgres://u@%2Frun/crm?options=-c search_path%3Da&application_name=crm&sslmode=disable&connect_timeout=3';
    expect(parseDatabaseUrl(url)).toMatchObject({
      host: '/run',
      options: '-c search_path=a',
      applicationName: 'crm',
      tls: { sslmode: 'disable' },
    });
  });

  it.each([
    ['http://u:p@one/crm', 'must be a URL such as'],
    ['u:secret@one/crm', 'must be a URL such as'],
    ['postgres://u:p@one:99999/crm', 'must be a URL such as'],
    ['postgres://u:p@one/crm?port=5432a', 'must have a port from 1 to 65535'],
    ['postgres://u:p@one/crm?port=0', 'must have a port from 1 to 65535'],
    ['postgres://u:p@one,two/crm', 'must name one host'],
    ['postgres://u:p@one/crm?host=one,two', 'must name one host'],
    ['postgres://u:secret%zz@one/crm', 'must have % written as %25'],
    ['postgres://u:p@one/crm#secret', 'must have # written as %23'],
    ['postgres://u:p@one/crm?sslmode=secret', 'must have one of disable, prefer'],
    ['postgres://u:p@one/crm?hostaddr=127.0.0.1', 'may have no other parameters than host, port'],
    ['postgres://u:p@one/crm?host=two&host=three', 'must have each parameter once'],
    ['postgres://u:p@one/crm%1b[2J', 'must have control characters and invisible'],
    ['postgres://u%0a:p@one/crm', 'must have control characters and invisible'],
    ['postgres://u:p@one/crm?application_name=%e2%80%aex', 'must have control characters and invisible'],
    ['postgres://u:p@one/crm?sslcert=%1b[2J', 'must have control characters and invisible'],
    ['postgres://u:12?secret@one/crm', 'may have no other parameters than host, port'],
  ])('rejects %s without quoting it', (url, rule) => {
    const parse = () => parseDatabaseUrl(url);
    expect(parse).toThrow(rule);
    expect(parse).not.toThrow('secret');
  });

  it('accepts any character in a password', () => {
    expect(parseDatabaseUrl('postgres://u:%1b%e2%80%ae@one/crm').password).toBe('\u001b\u202e');
  });
});

describe('locationOf', () => {
  it('returns host, port and database, but no secrets', () => {
    expect(locationOf('postgres://u:p@[::1]/crm?port=5433')).toBe('[::1]:5433/crm');
    expect(locationOf('postgres://u:p@%2Frun/crm?password=p')).toBe('/run:5432/crm');
  });
});
