import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { emailKey } from '../../src/common/email-key.js';
import { labelKey } from '../../src/common/label-key.js';
import { hasInvisibleCharacters, withoutInvisibleCharacters } from '../../src/common/visible-text.js';
import { connect, type Connection } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  connection = await connect(database.url);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** What a function of the database makes of texts. */
async function inSql<Result = string>(call: string, texts: readonly string[]): Promise<Result[]> {
  const rows = await connection.rows<{ result: Result }>(
    `SELECT ${call} AS result FROM unnest($1::text[]) WITH ORDINALITY AS given (text, position) ORDER BY position`,
    [texts],
  );
  return rows.map(({ result }) => result);
}

/**
 * Those of the texts whose characters Node.js and PostgreSQL know. Each has a Unicode version of its own, and the order of
 * marks that a newer version has added is unknown to the older one.
 */
async function known(given: readonly string[]): Promise<string[]> {
  const texts = given.filter((one) => !/[\p{Cn}\p{Cs}]/u.test(one));
  const isKnown = await inSql<boolean>('unicode_assigned(text)', texts);
  return texts.filter((_, index) => isKnown[index]);
}

/** Letters in every case and form, among all the characters that there are. PostgreSQL takes no NUL. */
const character = fc.oneof(
  fc.constantFrom(
    ...' -_aAhHkKzZıİIiſßẞςσΣÅåÄäÉéÑñǅǆЁёЙйԱաԵեևὈὀ\u212a\u212b\u0301\u0308\u0331\u0618\u00a0\u2010',
  ),
  fc.integer({ min: 1, max: 0x2fff }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 1, max: 0x323ff }).map((code) => String.fromCodePoint(code)),
);
const text = fc.array(character, { maxLength: 12 }).map((characters) => characters.join(''));
const texts = fc.array(text, { minLength: 100, maxLength: 100 });

describe('the keys that texts are compared by', () => {
  it('of statuses and sources are the same in TypeScript and in SQL', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const labels = await known(given);
        const keys = labels.map(labelKey);
        expect(await inSql('label_key(text)', labels)).toEqual(keys);
        expect(keys.map(labelKey)).toEqual(keys);
      }),
      { numRuns: 50 },
    );
  });

  it('of statuses and sources are the same for every single character', async () => {
    const all = Array.from({ length: 0x2ffff }, (_, code) => code + 1).filter(
      (code) => code < 0xd800 || code > 0xdfff,
    );
    const characters = all.map((code) => String.fromCodePoint(code));
    expect(await inSql('label_key(text)', characters)).toEqual(characters.map(labelKey));
  });

  it.each([
    ['Closed Lost', 'closed_lost'],
    ['closed-lost', 'closed_lost'],
    ['CLOSED_LOST', 'closed_lost'],
    ['Ü-Wagen Ωmega Ёж', 'ü_wagen_ωmega_ёж'],
    ['e\u0301', 'é'],
    ['H\u0331', '\u1e96'],
  ])('of %j is %j', (label, key) => {
    expect(labelKey(label)).toBe(key);
  });

  it('of e-mail addresses as they are stored are the addresses themselves, in TypeScript and in SQL', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const stored = (await known(given)).map(emailKey);
        expect(stored.map(emailKey)).toEqual(stored);
        expect(await inSql('email_key(text)', stored)).toEqual(stored);
      }),
      { numRuns: 50 },
    );
  });

  it('of e-mail addresses leave out the same invisible characters in TypeScript and in SQL', async () => {
    const all = Array.from({ length: 0x10ffff }, (_, index) => index + 1)
      .filter((code) => (code < 0xd800 || code > 0xdfff) && (code < 0x30000 || code > 0xdffff))
      .map((code) => String.fromCodePoint(code));
    const invisible = all.filter(hasInvisibleCharacters);
    const gone = await connection.rows<{ text: string }>(
      `SELECT text FROM unnest($1::text[]) WITH ORDINALITY AS given (text, position)
       WHERE email_key('é' || text) = 'é' ORDER BY position`,
      [all],
    );
    expect(gone.map((row) => row.text)).toEqual(invisible);
    const ignorable = all.filter((one) => /\p{Default_Ignorable_Code_Point}/u.test(one));
    expect(ignorable.filter((one) => withoutInvisibleCharacters(one) !== '')).toEqual([]);
  });

  it('of a search are the same whichever way the text is composed and in whichever case it is', async () => {
    const letters = fc.constantFrom(...'aÄéñøłßæđŞığŐ ёЙїґάΏςあがガ한각देवनागरी'.split(''));
    const word = fc.array(letters, { maxLength: 20 }).map((one) => one.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 50, maxLength: 50 }), async (words) => {
        const folded = await inSql('fold_text(text)', words);
        expect(await inSql('fold_text(text)', folded)).toEqual(folded);
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) {
          expect(
            await inSql(
              'fold_text(text)',
              words.map((one) => one.normalize(form)),
            ),
          ).toEqual(folded);
        }
        expect(
          await inSql(
            'fold_text(text)',
            words.map((one) => one.toUpperCase()),
          ),
        ).toEqual(folded);
      }),
      { numRuns: 20 },
    );
  });
});
