import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSchema } from '../../scripts/schema-check.js';
import { createGitRepository, type GitRepository } from '../support/git-repository.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';

/** Like the output of the server, which uses the federation directives without defining them. */
const schema = (fields: readonly string[], { key = '@key(fields: "id")' } = {}) => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])
  type Lead ${key} { id: ID! ${fields.join(' ')} }
  type PageInfo @shareable { hasNextPage: Boolean! }
  type Query { lead(id: ID!): Lead pageInfo: PageInfo }
`;
const BEFORE = schema(['email: String!', 'phone: String']);
const WITHOUT_PHONE = schema(['email: String!']);
const PHONE_REMOVED = /Field 'phone' was removed from object type 'Lead'/;

let directory: TemporaryDirectory;
let repository: GitRepository;

beforeEach(async () => {
  directory = await temporaryDirectory();
  const checkout = path.join(directory.path, 'checkout');
  mkdirSync(checkout);
  repository = createGitRepository(checkout);
  commitSchema(BEFORE, 'The API');
});
afterEach(() => directory.remove());

function commitSchema(content: string, message: string): void {
  repository.write('schema.graphql', content);
  repository.commit(message);
}

const check = (isBreakWanted?: boolean) => checkSchema(repository.directory, isBreakWanted);

describe('a change that breaks clients', () => {
  it('fails once it is committed, and is reported with its commit', async () => {
    commitSchema(WITHOUT_PHONE, 'Remove the phone');
    const { isOk, report } = await check();
    expect(isOk).toBe(false);
    expect(report).toMatch(PHONE_REMOVED);
    expect(report).toMatch(/[\da-f]{7,} Remove the phone:/);
    expect(report).toContain('Breaking-change: why');
  });

  it('still fails after further commits to the schema and other files', async () => {
    commitSchema(WITHOUT_PHONE, 'Remove the phone');
    repository.write('other.txt', 'x');
    repository.commit('Something else');
    commitSchema(schema(['email: String!', 'fax: String']), 'Add the fax');
    expect(await check()).toMatchObject({
      isOk: false,
      report: expect.stringMatching(PHONE_REMOVED) as unknown,
    });
  });

  it('fails before it is committed', async () => {
    repository.write('schema.graphql', WITHOUT_PHONE);
    const { isOk, report } = await check();
    expect(isOk).toBe(false);
    expect(report).toMatch(/not committed yet:\n.*phone/);
  });

  it('passes before it is committed if it is marked as intended, but not afterwards', async () => {
    repository.write('schema.graphql', WITHOUT_PHONE);
    expect(await check(true)).toMatchObject({
      isOk: true,
      report: expect.stringMatching(PHONE_REMOVED) as unknown,
    });
    repository.commit('Remove the phone');
    expect(await check(true)).toMatchObject({ isOk: false });
  });

  it.each([
    'Remove the phone\n\nBreaking-change: nobody has one any more',
    'Remove the phone\n\nNobody asked for it.\n\nbreaking-change: nobody has one\nSigned-off-by: A <a@example.com>',
  ])('passes if the commit message has the trailer: %j', async (message) => {
    commitSchema(WITHOUT_PHONE, message);
    expect(await check()).toMatchObject({
      isOk: true,
      report: expect.stringMatching(PHONE_REMOVED) as unknown,
    });
    // The next report no longer contains it.
    commitSchema(schema(['email: String!', 'fax: String']), 'Add the fax');
    expect(await check()).toEqual({ isOk: true, report: '' });
  });

  it.each([
    'Remove the phone\n\nBreaking-change:',
    'Remove the phone\n\nBreaking-change: wanted\n\nMore words follow.',
    'Breaking-change: in the subject',
  ])('fails if the commit message has no valid trailer: %j', async (message) => {
    commitSchema(WITHOUT_PHONE, message);
    expect((await check()).isOk).toBe(false);
  });

  it('is not excused by the trailer of another commit', async () => {
    commitSchema(WITHOUT_PHONE, 'Remove the phone');
    commitSchema(schema([]), 'Remove the e-mail\n\nBreaking-change: nobody writes');
    const { isOk, report } = await check();
    expect(isOk).toBe(false);
    expect(report).toMatch(PHONE_REMOVED);
    commitSchema(BEFORE, 'Bring both back');
    commitSchema(schema([]), 'Remove both');
    expect((await check()).isOk).toBe(false);
  });

  it('passes if it is reverted', async () => {
    commitSchema(WITHOUT_PHONE, 'Remove the phone');
    commitSchema(BEFORE, 'Bring it back');
    expect(await check()).toEqual({ isOk: true, report: '' });
  });

  it('passes if it is reverted and repeated with the trailer', async () => {
    commitSchema(WITHOUT_PHONE, 'Remove the phone');
    commitSchema(BEFORE, 'Bring it back');
    commitSchema(WITHOUT_PHONE, 'Remove the phone\n\nBreaking-change: nobody has one');
    expect((await check()).isOk).toBe(true);
  });

  it('is found behind a missing or damaged version', async () => {
    rmSync(path.join(repository.directory, 'schema.graphql'));
    repository.commit('Remove the file');
    commitSchema('type Query {', 'Half a file');
    commitSchema(WITHOUT_PHONE, 'Another file');
    expect(await check()).toMatchObject({
      isOk: false,
      report: expect.stringMatching(PHONE_REMOVED) as unknown,
    });
  });

  it.each([
    ['a field that becomes nullable', schema(['email: String', 'phone: String'])],
    ['an argument that becomes required', BEFORE.replace('pageInfo:', 'pageInfo(first: Int!):')],
    ['a removed @key', schema(['email: String!', 'phone: String'], { key: '' }), /key.*Lead/],
    [
      'a @key of other fields',
      schema(['email: String!', 'phone: String'], { key: '@key(fields: "id email")' }),
      /key.*Lead/,
    ],
    ['a type that is no longer @shareable', BEFORE.replace('@shareable {', '{'), /shareable.*PageInfo/],
  ])('is found: %s', async (_, after, message = /./) => {
    expect(BEFORE).not.toBe(after);
    commitSchema(after, 'Change');
    expect(await check()).toMatchObject({ isOk: false, report: expect.stringMatching(message) as unknown });
  });
});

describe('a change that breaks no client', () => {
  it.each([
    ['a new field', schema(['email: String!', 'phone: String', 'fax: String'])],
    ['a description', BEFORE.replace('type Lead', '"Somebody who may buy." type Lead')],
    ['another order', schema(['phone: String', 'email: String!'])],
    [
      'a second @key',
      schema(['email: String!', 'phone: String'], { key: '@key(fields: "id") @key(fields: "email")' }),
    ],
  ])('passes: %s', async (_, after) => {
    commitSchema(after, 'Change');
    expect((await check()).isOk).toBe(true);
    expect((await check()).report).not.toContain('breaking');
  });

  it('passes and is listed if clients should know about it', async () => {
    commitSchema(
      schema(['email: String!', 'phone: String @deprecated(reason: "Use fax.")']).replace(
        'lead(id: ID!)',
        'lead(id: ID!, secret: Boolean = false)',
      ),
      'Deprecate the phone',
    );
    const { isOk, report } = await check();
    expect(isOk).toBe(true);
    expect(report).toMatch(/Field 'Lead.phone' is deprecated/);
    expect(report).toMatch(/Argument 'secret/);
  });

  it('passes if it is empty', async () => {
    expect(await check()).toEqual({ isOk: true, report: '' });
  });
});

describe('a branch', () => {
  const onBranch = (work: () => void) => {
    repository.git('checkout', '--quiet', '-b', 'branch');
    work();
    repository.git('checkout', '--quiet', 'main');
    repository.write('other.txt', 'main goes on');
    repository.commit('Something else');
    repository.git('merge', '--quiet', '--no-ff', '--message=Merge', 'branch');
  };

  it('fails if it breaks clients and is merged', async () => {
    onBranch(() => commitSchema(WITHOUT_PHONE, 'Remove the phone'));
    expect(await check()).toMatchObject({
      isOk: false,
      report: expect.stringMatching(PHONE_REMOVED) as unknown,
    });
  });

  it('passes if one of its commits has the trailer', async () => {
    onBranch(() => {
      commitSchema(WITHOUT_PHONE, 'Remove the phone\n\nBreaking-change: nobody has one');
      commitSchema(schema(['email: String!', 'fax: String']), 'Add the fax');
    });
    expect((await check()).isOk).toBe(true);
  });

  it('fails if it breaks more than its trailer covers', async () => {
    onBranch(() => {
      commitSchema(WITHOUT_PHONE, 'Remove the phone\n\nBreaking-change: nobody has one');
      commitSchema(schema([]), 'Remove the e-mail');
    });
    const { isOk, report } = await check();
    expect(isOk).toBe(false);
    const [announced, complaint] = report.split('no commit announces');
    expect(announced).toMatch(PHONE_REMOVED);
    expect(complaint).toContain("Field 'email' was removed");
    expect(complaint).not.toMatch(PHONE_REMOVED);
  });

  it('passes if it removes only its own additions', async () => {
    onBranch(() => {
      commitSchema(schema(['email: String!', 'phone: String', 'fax: String']), 'Add the fax');
      commitSchema(BEFORE, 'Remove the fax');
    });
    expect((await check()).isOk).toBe(true);
  });
});

describe('the schema check', () => {
  it('compares nothing without a repository, and reports this', async () => {
    rmSync(path.join(repository.directory, '.git'), { recursive: true });
    repository.write('schema.graphql', WITHOUT_PHONE);
    expect(await check()).toEqual({
      isOk: true,
      report: 'There is no git history: nothing was compared.',
    });
  });

  it('compares nothing before the first commit', async () => {
    rmSync(path.join(repository.directory, '.git'), { recursive: true });
    createGitRepository(repository.directory);
    expect(await check()).toMatchObject({ isOk: true });
  });

  it('fails if the repository is damaged', async () => {
    rmSync(path.join(repository.directory, '.git', 'HEAD'));
    await expect(check()).rejects.toThrow(/not a git repository/);
  });

  it('fails if the schema cannot be parsed', async () => {
    repository.write('schema.graphql', 'type Query {');
    expect(await check()).toMatchObject({
      isOk: false,
      report: expect.stringContaining('pnpm generate') as unknown,
    });
  });

  it('finds the break in a shallow clone with the previous commit', async () => {
    commitSchema(WITHOUT_PHONE, 'Remove the phone');
    const clone = repository.cloneShallow(path.join(directory.path, 'clone'), 2);
    expect(await checkSchema(clone.directory)).toMatchObject({
      isOk: false,
      report: expect.stringMatching(PHONE_REMOVED) as unknown,
    });
  });

  it('passes in a clone of only the last commit, and reports that it is shallow', async () => {
    commitSchema(WITHOUT_PHONE, 'Remove the phone');
    const clone = repository.cloneShallow(path.join(directory.path, 'clone'), 1);
    const { isOk, report } = await checkSchema(clone.directory);
    expect(isOk).toBe(true);
    expect(report).toContain('shallow');
    clone.write('schema.graphql', schema([]));
    expect((await checkSchema(clone.directory)).isOk).toBe(false);
  });

  it('reads a schema in a subdirectory of the repository', async () => {
    const nested = path.join(repository.directory, 'api');
    mkdirSync(nested);
    repository.write('api/schema.graphql', BEFORE);
    repository.commit('Move');
    repository.write('api/schema.graphql', WITHOUT_PHONE);
    repository.commit('Remove the phone');
    expect((await checkSchema(nested)).isOk).toBe(false);
  });
});
