import type { MigrationContext } from '../src/database/migration.js';

/** Capital letters of the Latin, Greek, Cyrillic and Armenian scripts whose small letter is one character. */
const CAPITAL_LETTERS = /[A-Z\u00c0-\u012f\u0131-\u0556\u1e00-\u1eff]/;

const capitals = Array.from({ length: 0x1f00 }, (_, code) => String.fromCharCode(code)).filter(
  (letter) => CAPITAL_LETTERS.test(letter) && letter.toLowerCase() !== letter,
);
const smallLetters = capitals.map((letter) => letter.toLowerCase());

/** Invisible characters, as a bracket expression of PostgreSQL. */
const INVISIBLE = String.raw`\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff`;

/** Accents, and the points of Hebrew and Arabic. Vowel signs of other scripts are letters. */
const MARKS = String.raw`\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f`;

/**
 * Functions for comparing texts. All are immutable and independent of the search path, so indexes can be built on
 * them. Text of ASCII alone, which is most of it, takes a short path.
 *
 * - `label_key`: statuses and sources. The same as `labelKey` in TypeScript for every text, in every locale: lower() of a
 *   Turkish database would make LOST another word. PostgreSQL inlines it.
 * - `email_key`: e-mail addresses as they are displayed. The same as `emailKey` for every address in the form in which
 *   addresses are stored now.
 * - `fold_text`: search, company and location. Without accents, letter case, invisible characters and white space
 *   around; letters that Unicode does not decompose become what people type for them. The extension `unaccent` does less
 *   and needs a wrapper that only claims to be immutable.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE FUNCTION label_key(label text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE WHEN octet_length(label) = length(label)
        THEN translate(lower(label COLLATE "C"), ' -', '__')
        ELSE normalize(translate(normalize(label, NFC), '${capitals.join('')} -', '${smallLetters.join('')}__'), NFC)
      END
    $$;

    CREATE FUNCTION email_key(email text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE WHEN octet_length(email) = length(email)
        THEN lower(email COLLATE "C")
        ELSE normalize(lower(normalize(regexp_replace(email, '[${INVISIBLE}]+', '', 'g'), NFC)), NFC)
      END
    $$;

    CREATE FUNCTION fold_text(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
      folded text;
    BEGIN
      IF octet_length(value) = length(value) THEN
        RETURN btrim(lower(value COLLATE "C"));
      END IF;
      folded := normalize(translate(value, '\u00b4\u2018\u2019\u02bc\u2010\u2011\u2012\u2013\u2014\u2212', '''''''''------'), NFKD);
      folded := lower(regexp_replace(folded, '[${MARKS}${INVISIBLE}]+', '', 'g'));
      IF octet_length(folded) = length(folded) THEN
        RETURN btrim(folded);
      END IF;
      folded := translate(folded, '\u0111\u00f0\u0127\u0131\u0142\u014b\u00f8\u0167\u0259\u03c2\u0491', 'ddhilnote\u03c3\u0433');
      folded := replace(replace(replace(replace(folded, '\u00df', 'ss'), '\u00e6', 'ae'), '\u0153', 'oe'), '\u00fe', 'th');
      RETURN btrim(normalize(folded, NFC));
    END $$`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP FUNCTION fold_text(text);
    DROP FUNCTION email_key(text);
    DROP FUNCTION label_key(text)`);
}
