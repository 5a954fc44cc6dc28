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

/** Calls a database function for each text. */
async function inSql<Result = string>(call: string, texts: readonly string[]): Promise<Result[]> {
  const rows = await connection.rows<{ result: Result }>(
    `SELECT ${call} AS result FROM unnest($1::text[]) WITH ORDINALITY AS given (text, position) ORDER BY position`,
    [texts],
  );
  return rows.map(({ result }) => result);
}

/**
 * The texts whose characters both Node.js and PostgreSQL know. Their Unicode versions differ, and the older version does
 * not know the order of marks that the newer one has added.
 */
async function withKnownCharacters(given: readonly string[]): Promise<string[]> {
  const texts = given.filter((one) => !/[\p{Cn}\p{Cs}]/u.test(one));
  const isKnown = await inSql<boolean>('unicode_assigned(text)', texts);
  return texts.filter((_, index) => isKnown[index]);
}

/** Letters in every case and form, among all other characters except NUL, which PostgreSQL rejects. */
const character = fc.oneof(
  fc.constantFrom(
    ...' -_aAhHkKzZıİIiſßẞςσΣÅåÄäÉéÑñǅǆЁёЙйԱաԵեևὈὀ\u212a\u212b\u0301\u0308\u0331\u0618\u00a0\u2010',
  ),
  fc.integer({ min: 1, max: 0x2fff }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 1, max: 0x323ff }).map((code) => String.fromCodePoint(code)),
);
const text = fc.array(character, { maxLength: 12 }).map((characters) => characters.join(''));
const texts = fc.array(text, { minLength: 100, maxLength: 100 });

describe('the keys for comparing texts', () => {
  it('of statuses and sources are the same in TypeScript and in SQL', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const labels = await withKnownCharacters(given);
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
  ])('map %j to %j', (label, key) => {
    expect(labelKey(label)).toBe(key);
  });

  it('of stored e-mail addresses are the addresses themselves, in TypeScript and in SQL', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const stored = (await withKnownCharacters(given)).map(emailKey);
        expect(stored.map(emailKey)).toEqual(stored);
        expect(await inSql('email_key(text)', stored)).toEqual(stored);
      }),
      { numRuns: 50 },
    );
  });

  it('of e-mail addresses omit the same invisible characters in TypeScript and in SQL', async () => {
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

  it('of a search do not depend on how the text is composed, nor on its case', async () => {
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
