import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { now } from '../../src/common/clock.js';
import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import { calculateActivityScore } from '../../src/leads/scoring/activity-score.js';
import type { ScoredInteraction } from '../../src/leads/scoring/contact-state.js';
import { LeadsService } from '../../src/leads/leads.service.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { databaseReset } from '../support/database-reset.js';
import { insertLead } from '../support/fixtures.js';
import { contentOf, counts, type Csv, Importer } from '../support/imports.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { passTime } from '../support/pass-time.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let importer: Importer;
let keeper: Connection;
let other: Connection;
let reset: () => Promise<void>;

beforeAll(async () => {
  database = await createTestDatabase();
  keeper = await connect(database.url);
  reset = await databaseReset(keeper);
  importer = await Importer.start(database.url);
});
afterAll(async () => {
  await importer.close();
  await keeper.close();
  await database.drop();
});
beforeEach(async () => {
  other = await connect(database.url);
});
afterEach(async () => {
  await other.close();
  await reset();
});

const importCsv = (csv: Csv, signal?: AbortSignal) =>
  importer.import(csv, {}, signal === undefined ? {} : { signal });

interface StoredLead {
  readonly id: number;
  readonly firstName: string;
  readonly email: string;
  readonly budget: string | null;
  readonly status: string;
  readonly activityScore: number | null;
  readonly scoreCalculatedAt: Date;
  readonly updatedAt: Date;
}

const readLeads = () => other.rows<StoredLead>('SELECT * FROM leads ORDER BY id');
const readLead = async (email: string) => {
  const [lead] = await other.rows<StoredLead>('SELECT * FROM leads WHERE email = $1', [email]);
  if (lead === undefined) throw new Error(`No lead ${email}.`);
  return lead;
};
const countInteractions = async () => (await other.rows('SELECT 1 FROM interactions')).length;

/** Creates a trigger that rejects the rows that match, or does what the body says. */
const obstruct = (event: string, condition: string, body = `RAISE EXCEPTION 'secret internals: %', NEW;`) =>
  other.rows(`
    CREATE FUNCTION obstruct() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
    CREATE TRIGGER obstruct BEFORE ${event} FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION obstruct()`);

describe('the import of leads', () => {
  it('creates leads with all fields from columns in any order, and scores them', async () => {
    const { report, rejected } = await importCsv({
      leads: [
        'status,source,company,location,budget,phone,email,lastName,firstName',
        'Qualified,referral," Acme, Inc. ",Paris,50000.010,+33 1,Ada@Example.COM,Lovelace,Ada',
        ',,,,,,li@example.com,小龍,李',
      ],
    });
    expect(rejected).toEqual([]);
    expect(report).toMatchObject({
      leads: counts(2, 0, 0, 0),
      interactions: null,
      scoreCount: 2,
    });
    expect(await readLeads()).toMatchObject([
      {
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada@example.com',
        phone: '+33 1',
        budget: '50000.01',
        location: 'Paris',
        company: 'Acme, Inc.',
        source: 'referral',
        status: 'qualified',
        activityScore: 17,
      },
      {
        firstName: '李',
        lastName: '小龍',
        email: 'li@example.com',
        phone: null,
        budget: null,
        location: null,
        company: null,
        source: null,
        status: 'new',
        activityScore: 3,
      },
    ]);
  });

  it('reads a byte order mark, CRLF, and quoted cells of several lines', async () => {
    const { rejected } = await importCsv({
      leads: '\ufeffemail,firstName,lastName\r\n"a@example.com","Ada ""Countess""",Lovelace\r\n',
      interactions:
        '\ufeffnotes,email,date,type\r\n"one\r\ntwo, ""three""",A@EXAMPLE.com,2026-03-01,Call\r\n',
    });
    expect(rejected).toEqual([]);
    expect((await readLead('a@example.com')).firstName).toBe('Ada "Countess"');
    expect(await other.rows('SELECT type, date, notes FROM interactions')).toEqual([
      { type: 'call', date: new Date('2026-03-01T00:00:00Z'), notes: 'one\r\ntwo, "three"' },
    ]);
  });

  it('updates the lead with the e-mail; empty cells and missing columns keep the stored values', async () => {
    const id = await insertLead(other, {
      email: 'ada@example.com',
      firstName: 'Ada',
      budget: 5,
      status: 'won',
    });
    await other.rows(`UPDATE leads SET phone = '1', company = 'Old', "updatedAt" = 'epoch' WHERE id = $1`, [
      id,
    ]);
    const { report, rejected } = await importCsv({
      leads: ['email,phone,company,budget,firstName', 'ADA@example.com,,New,,'],
    });
    expect([rejected, report.leads]).toMatchObject([[], counts(0, 1, 0, 0)]);
    const [lead, ...others] = await readLeads();
    expect(others).toEqual([]);
    expect(lead).toMatchObject({
      id,
      firstName: 'Ada',
      phone: '1',
      company: 'New',
      budget: '5.00',
      status: 'won',
      email: 'ada@example.com',
      activityScore: 10,
    });
    expect(lead?.updatedAt.getTime()).toBeGreaterThan(0);
  });

  it('writes nothing if nothing changes', async () => {
    const id = await insertLead(other, { email: 'ada@example.com', budget: 1234.5 });
    await other.rows(`UPDATE leads SET "updatedAt" = 'epoch' WHERE id = $1`, [id]);
    const { report } = await importCsv({
      leads: ['email,firstName,budget,status', 'ada@example.com,Ada,1234.5,NEW', 'ada@example.com,,,'],
    });
    expect(report).toMatchObject({ leads: { ...counts(0, 0, 1, 0), duplicateLines: 1 }, scoreCount: 0 });
    expect(await readLeads()).toMatchObject([{ updatedAt: new Date(0), activityScore: null }]);
  });

  it('lets later lines change the values of earlier ones, within a batch and across batches', async () => {
    await insertLead(other, { email: 'old@example.com', budget: 1 });
    const filler = Array.from({ length: 1500 }, (_, index) => `filler${index}@example.com,F,L,,`);
    const { report, rejected } = await importCsv({
      leads: [
        'email,firstName,lastName,phone,budget',
        'new@example.com,First,Name,111,10',
        'old@example.com,Changed,,,2',
        'NEW@example.com,Second,,,20',
        'old@example.com,,,222,3',
        'new@example.com,Second,,,20',
        ...filler,
        'new@example.com,,Third,,',
        'old@example.com,,,,4',
      ],
    });
    expect([rejected, report.leads]).toMatchObject([[], { ...counts(1501, 1, 0, 0), duplicateLines: 5 }]);
    expect(await readLead('new@example.com')).toMatchObject({
      firstName: 'Second',
      lastName: 'Third',
      phone: '111',
      budget: '20.00',
    });
    expect(await readLead('old@example.com')).toMatchObject({
      firstName: 'Changed',
      phone: '222',
      budget: '4.00',
    });
    expect(report.scoreCount).toBe(1502);
  });

  it('rejects invalid lines with number and reason, and imports the rest', async () => {
    await insertLead(other, { email: 'known@example.com', firstName: 'Kept' });
    const { report, rejected } = await importCsv({
      leads: [
        'email,firstName,lastName,budget,status',
        'a@example.com,"Multi',
        'line",Name,,',
        'b@example.com,B,Name,,',
        'no-address,C,Name,,',
        'c@example.com,,Name,,',
        'd@example.com,D,Name,much,',
        '',
        'e@example.com,E,Name,,,too many',
        'f@example.com,F,Na"me,,',
        'known@example.com,,,,sideways',
        'known@example.com,,,,WON',
        'c@example.com,C,Name,7,',
      ],
    });
    expect(rejected).toEqual([
      'leads 2: firstName must be a single line',
      'leads 5: email must be an e-mail address',
      'leads 7: budget must be an amount, such as 1234.50',
      expect.stringMatching(/^leads 9: it has 6 cells, but the header has 5 columns/),
      expect.stringMatching(/^leads 10: there is a quote inside a cell that does not start with one/),
      expect.stringMatching(/^leads 11: status must be one of new, contacted, /),
    ]);
    expect(report.leads).toMatchObject({ ...counts(2, 1, 0, 6), duplicateLines: 1 });
    expect((await readLeads()).map(({ email, status, firstName }) => [email, status, firstName])).toEqual([
      ['known@example.com', 'won', 'Kept'],
      ['b@example.com', 'new', 'B'],
      ['c@example.com', 'new', 'C'],
    ]);
  });

  it('distinguishes leads of an adopted database by letter case, and rejects ambiguous lines', async () => {
    const upper = await insertLead(other, { email: 'Ana.Silva@Example.com' });
    const lower = await insertLead(other, { email: 'ana.silva@example.com' });
    const { report, rejected } = await importCsv({
      leads: [
        'email,company',
        'Ana.Silva@Example.com,Upper',
        'ana.silva@example.com,Lower',
        'ANA.SILVA@example.com,Nobody',
      ],
      interactions: [
        'email,type,date',
        'ana.silva@example.com,call,2026-01-01',
        'ANA.SILVA@EXAMPLE.COM,call,2026-01-01',
      ],
    });
    expect(rejected).toEqual([
      'leads 4: 2 leads share this e-mail in different spellings',
      'interactions 3: 2 leads share this e-mail in different spellings',
    ]);
    expect([report.leads, report.interactions]).toMatchObject([counts(0, 2, 0, 1), counts(1, 0, 0, 1)]);
    expect(await other.rows('SELECT id, email, company FROM leads ORDER BY id')).toEqual([
      { id: upper, email: 'Ana.Silva@Example.com', company: 'Upper' },
      { id: lower, email: 'ana.silva@example.com', company: 'Lower' },
    ]);
    expect(await other.rows('SELECT "leadId" FROM interactions')).toEqual([{ leadId: lower }]);
  });

  it('finds leads by the visible characters of their address, and rejects invisible ones', async () => {
    const hidden = await insertLead(other, { email: 'jo\u00adhn@example.com' });
    const decomposed = await insertLead(other, { email: 'Jose\u0301@example.com' });
    const { report, rejected } = await importCsv({
      leads: [
        'email,company',
        'john@example.com,Visible',
        'jos\u00e9@example.com,Composed',
        'a\u200bnn@example.com,Nobody',
      ],
      interactions: [
        'email,type,date',
        'JOHN@example.com,call,2026-01-01',
        'jos\u200de\u0301@example.com,call,2026-01-01',
      ],
    });
    expect(rejected).toEqual(['leads 4: email must not have invisible characters']);
    expect([report.leads, report.interactions]).toMatchObject([counts(0, 2, 0, 1), counts(2, 0, 0, 0)]);
    expect(await other.rows('SELECT id, company FROM leads ORDER BY id')).toEqual([
      { id: hidden, company: 'Visible' },
      { id: decomposed, company: 'Composed' },
    ]);
    expect(await other.rows('SELECT "leadId" FROM interactions ORDER BY id')).toEqual([
      { leadId: hidden },
      { leadId: decomposed },
    ]);
  });

  it.each([
    { first: [], inserted: 0 },
    { first: ['a@example.com,A,Name'], inserted: 1 },
  ])(
    'updates a lead that another transaction inserts at the same time ($inserted others)',
    async ({ first, inserted }) => {
      await other.rows('BEGIN');
      await insertLead(other, { email: 'b@example.com', firstName: 'Theirs' });
      const importing = importCsv({
        leads: ['email,firstName,lastName', ...first, 'b@example.com,B,Name'],
      });
      const watcher = await connect(database.url);
      await untilWaiting(watcher);
      await watcher.close();
      await other.rows('COMMIT');
      const { report, rejected } = await importing;
      expect([rejected, report.leads]).toMatchObject([[], counts(inserted, 1, 0, 0)]);
      expect((await readLead('b@example.com')).firstName).toBe('B');
      expect(await readLeads()).toHaveLength(inserted + 1);
    },
  );
});

describe('a lead that another transaction changes before the import has locked it', () => {
  const importLocked = async (change: string) => {
    const leadId = await insertLead(other, { email: 'old@example.com', firstName: 'Ada' });
    await other.rows('BEGIN');
    await other.rows(change);
    const importing = importCsv({
      leads: ['email,firstName,lastName', 'old@example.com,Imported,Name'],
    });
    const watcher = await connect(database.url);
    await untilWaiting(watcher);
    await watcher.close();
    await other.rows('COMMIT');
    return { leadId, ...(await importing) };
  };

  it('keeps its new e-mail, and the line makes a lead of its own', async () => {
    const { leadId, report, rejected } = await importLocked(`UPDATE leads SET email = 'new@example.com'`);
    expect([rejected, report.leads]).toMatchObject([[], counts(1, 0, 0, 0)]);
    expect(await other.rows('SELECT id, email, "firstName" FROM leads ORDER BY id')).toEqual([
      { id: leadId, email: 'new@example.com', firstName: 'Ada' },
      { id: leadId + 1, email: 'old@example.com', firstName: 'Imported' },
    ]);
  });

  it('is created again if it was removed', async () => {
    const { report } = await importLocked('DELETE FROM leads');
    expect(report.leads).toMatchObject(counts(1, 0, 0, 0));
    expect(await readLeads()).toMatchObject([{ email: 'old@example.com', firstName: 'Imported' }]);
  });
});

describe('the import of interactions', () => {
  it('adds them to leads of the database and of the file of leads, in file order', async () => {
    const known = await insertLead(other, { email: 'Known@example.com' });
    const { report, rejected } = await importCsv({
      leads: ['email,firstName,lastName', 'new@example.com,New,Lead'],
      interactions: [
        'type,notes,date,email',
        'CALL,same,2026-03-01T09:30:00+01:00,known@EXAMPLE.com',
        'CALL,other,2026-03-01T09:30:00+01:00,known@EXAMPLE.com',
        'Email,,0099-12-31,new@example.com',
        'meeting,  ,2999-01-01T00:00:00.123Z,Known@example.com',
      ],
    });
    expect([rejected, report.interactions]).toMatchObject([[], counts(4, 0, 0, 0)]);
    const created = (await readLead('new@example.com')).id;
    const date = new Date('2026-03-01T08:30:00Z');
    expect(
      await other.rows(`SELECT "leadId", type, date AT TIME ZONE 'UTC' = to_timestamp(0) AS never, date, notes
        FROM interactions ORDER BY date < '2000-01-01', id`),
    ).toMatchObject([
      { leadId: known, type: 'call', date, notes: 'same' },
      { leadId: known, type: 'call', date, notes: 'other' },
      { leadId: known, type: 'meeting', date: new Date('2999-01-01T00:00:00.123Z'), notes: null },
      { leadId: created, type: 'email', date: new Date('0099-12-31T00:00:00Z'), notes: null },
    ]);
  });

  it('reads a file again if a late line decides the order of dates', async () => {
    await insertLead(other, { email: 'a@example.com' });
    const { report } = await importCsv({
      interactions: [
        'email,type,date,notes',
        ...Array.from({ length: 1200 }, (_, index) => `a@example.com,call,03/04/2026,${index}`),
        'a@example.com,call,05/13/2026,last',
      ],
    });
    expect(report.interactions).toMatchObject({
      ...counts(1201, 0, 0, 0),
      lineCount: 1201,
      formats: [{ column: 'date', format: 'month/day/year' }],
    });
    expect(await other.rows('SELECT DISTINCT date FROM interactions ORDER BY date')).toEqual([
      { date: new Date('2026-03-04T00:00:00Z') },
      { date: new Date('2026-05-13T00:00:00Z') },
    ]);
  });

  it('stores the direction of each interaction, unknown if empty, and scores it', async () => {
    for (const name of ['in', 'out', 'none']) await insertLead(other, { email: `${name}@example.com` });
    const date = now().toISOString();
    const { report, rejected } = await importCsv({
      interactions: [
        'direction,email,type,date,notes',
        `InBound,in@example.com,email,${date},`,
        `OUTBOUND ,out@example.com,email,${date},`,
        `outbound,out@example.com,email,${date},second`,
        `,none@example.com,email,${date},`,
        `sideways,none@example.com,email,${date},`,
      ],
    });
    expect(rejected).toEqual(['interactions 6: direction must be empty or one of inbound, outbound']);
    expect(report.interactions).toMatchObject(counts(4, 0, 0, 1));
    expect(
      await other.rows(`SELECT split_part(email, '@', 1) AS name, array_agg(direction::text) AS directions, "activityScore"
        FROM leads JOIN interactions ON "leadId" = leads.id GROUP BY leads.id ORDER BY leads.id`),
    ).toEqual([
      { name: 'in', directions: ['inbound'], activityScore: 45 },
      // 30 · (1 − 2^−0.04) + 3
      { name: 'out', directions: ['outbound', 'outbound'], activityScore: 4 },
      { name: 'none', directions: [null], activityScore: 45 },
    ]);
  });

  it('rejects invalid lines with number and reason across batches, and imports the rest', async () => {
    await insertLead(other, { email: 'a@example.com' });
    let number = 0;
    const good = (count: number) =>
      Array.from({ length: count }, () => `a@example.com,email,2026-01-01,"one\ntwo ${(number += 1)}"`);
    const { report, rejected } = await importCsv({
      interactions: [
        'email,type,date,notes',
        ...good(700),
        'nobody@example.com,call,2026-01-01,',
        'a@example.com,fax,yesterday,',
        ...good(700),
        'a@example.com,call,2026-01-01,"open',
        'a@example.com,call,2026-01-01,"closed"',
        'a@example.com,call,2026-02-30,',
      ],
    });
    expect(rejected).toEqual([
      'interactions 1402: no lead has this e-mail',
      expect.stringMatching(/^interactions 1403: type must be one of .*; date must be a date/),
      expect.stringMatching(/^interactions 2804: a quoted cell does not end at its closing quote/),
      expect.stringMatching(/^interactions 2806: date must be/),
    ]);
    expect(report.interactions).toMatchObject(counts(1401, 0, 0, 4));
    expect(await countInteractions()).toBe(1401);
  });

  it('prevents the removal of the leads that it refers to', async () => {
    const first = await insertLead(other, { email: 'first@example.com' });
    await insertLead(other, { email: 'second@example.com' });
    await other.rows('BEGIN');
    await other.rows(`SELECT 1 FROM leads WHERE email = 'second@example.com' FOR UPDATE`);
    const importing = importCsv({
      interactions: [
        'email,type,date',
        'second@example.com,call,2026-01-01',
        'first@example.com,call,2026-01-01',
      ],
    });
    const watcher = await connect(database.url);
    await untilWaiting(watcher);
    // The import waits for the second lead, so it has locked the first one.
    const LOCK = 'SELECT 1 FROM leads WHERE id = $1 FOR UPDATE SKIP LOCKED';
    await until(async () => (await watcher.rows(LOCK, [first])).length === 0);
    const removing = importer.features.get(LeadsService, { strict: false }).remove(first);
    await untilWaiting(watcher, 2);
    await other.rows('COMMIT');
    const { report, rejected } = await importing;
    await removing;
    await watcher.close();
    expect([rejected, report.interactions]).toMatchObject([[], counts(2, 0, 0, 0)]);
    expect(await other.rows('SELECT 1 FROM leads')).toHaveLength(1);
    expect(await countInteractions()).toBe(1);
  });
});

describe('scores after an import', () => {
  it('match the formula for every lead, at the one instant of the import', async () => {
    const emails = Array.from({ length: 300 }, (_, index) => `lead${index}@example.com`);
    for (const email of emails.slice(0, 100)) await insertLead(other, { email, budget: 10, status: 'lost' });
    const untouched = await insertLead(other, { activityScore: 77, scoreCalculatedAt: new Date(0) });
    const any = <Item>(items: readonly Item[]) => items[Math.floor(Math.random() * items.length)] as Item;
    const latest = Date.parse('2200-01-01');
    const lines = Array.from({ length: 4000 }, () => {
      const ageMs = Math.random() < 0.05 ? -Math.random() * 1e12 : Math.random() * 2e10;
      return {
        email: any(emails),
        type: any(['call', 'email', 'meeting'] as const),
        date: new Date(Math.min(latest, performance.timeOrigin - ageMs)),
      };
    });
    const { report, rejected } = await importCsv({
      leads: [
        'email,firstName,lastName,budget,status',
        ...emails.map((email, index) => `${email},F,L,${index * 777},${any(['new', 'won', 'proposal', ''])}`),
      ],
      interactions: [
        'date,email,type',
        ...lines.map(({ email, type, date }) => `${date.toISOString()},${email.toUpperCase()},${type}`),
      ],
    });
    expect(rejected).toEqual([]);
    expect(report).toMatchObject({
      leads: counts(200, 100, 0, 0),
      interactions: counts(4000, 0, 0, 0),
      scoreCount: 300,
      failedScoreCount: 0,
    });
    const leads = (await readLeads()).filter(({ id }) => id !== untouched);
    expect(new Set(leads.map(({ scoreCalculatedAt }) => scoreCalculatedAt.getTime())).size).toBe(1);
    for (const lead of leads) {
      const interactions: ScoredInteraction[] = lines.filter(({ email }) => email === lead.email);
      const budget = lead.budget === null ? null : Number(lead.budget);
      const expected = calculateActivityScore(
        { budget, status: lead.status },
        interactions,
        lead.scoreCalculatedAt,
      );
      expect([lead.email, lead.activityScore]).toEqual([lead.email, expected.activityScore]);
    }
    expect((await readLeads()).find(({ id }) => id === untouched)?.activityScore).toBe(77);
  });

  it('get a new date even if they do not change, so a clock that is set back is detected', async () => {
    await importCsv({
      leads: ['email,firstName,lastName,company,status', 'a@example.com,A,Name,,lost'],
    });
    await passTime(other, 1);
    const [before] = await readLeads();
    await importCsv({ interactions: ['email,type,date', 'a@example.com,call,2026-01-01'] });
    const [lead] = await readLeads();
    expect([before?.activityScore, lead?.activityScore]).toEqual([0, 0]);
    expect(lead?.scoreCalculatedAt).not.toEqual(before?.scoreCalculatedAt);
    expect(await other.rows('SELECT "validFrom" FROM lead_scores')).toEqual([
      { validFrom: lead?.scoreCalculatedAt },
    ]);
  });

  it('replace scores that are dated in the future', async () => {
    const later = new Date(4_000_000_000_000);
    const id = await insertLead(other, {
      email: 'a@example.com',
      activityScore: 3,
      scoreCalculatedAt: later,
    });
    const { report } = await importCsv({
      interactions: ['email,type,date', `a@example.com,meeting,${later.toISOString()}`],
    });
    expect(report).toMatchObject({ scoreCount: 1, failedScoreCount: 0 });
    const [lead] = await readLeads();
    expect(lead).toMatchObject({ id, activityScore: 3 });
    expect(lead?.scoreCalculatedAt.getTime()).toBeLessThan(later.getTime());
  });

  it('are named if the database rejects them, and the rest is imported', async () => {
    const id = await insertLead(other, { email: 'a@example.com' });
    await obstruct('UPDATE ON leads', `NEW."activityScore" IS NOT NULL AND NEW.id = ${id}`);
    const { report } = await importCsv({
      leads: ['email,firstName,lastName,company', 'a@example.com,,,Acme', 'b@example.com,B,Name,'],
    });
    expect(report).toMatchObject({
      leads: counts(1, 1, 0, 0),
      scoreCount: 1,
      failedScoreCount: 1,
      failedScores: [{ leadId: id, reason: 'A trigger of the database rejected the row.' }],
    });
    expect(await other.rows('SELECT company, "activityScore" FROM leads ORDER BY id')).toEqual([
      { company: 'Acme', activityScore: null },
      { company: null, activityScore: 3 },
    ]);
  });
});

describe('lines that the database rejects', () => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, index) => `p${index}@example.com,P${index},Name`);

  it('are named individually if a trigger rejects inserted leads', async () => {
    await obstruct('INSERT ON leads', `NEW.email IN ('p0@example.com', 'p700@example.com')`);
    const { report, rejected } = await importCsv({ leads: ['email,firstName,lastName', ...people(1200)] });
    expect(rejected).toEqual([
      'leads 2: A trigger of the database rejected the row.',
      'leads 702: A trigger of the database rejected the row.',
    ]);
    expect([report.leads, report.scoreCount]).toMatchObject([counts(1198, 0, 0, 2), 1198]);
    expect(await readLeads()).toHaveLength(1198);
  });

  it('are named if a trigger rejects the update of their lead, which stays as it is', async () => {
    await insertLead(other, { email: 'a@example.com' });
    await insertLead(other, { email: 'b@example.com' });
    await obstruct('UPDATE ON leads', `NEW.company = 'Evil'`);
    const { report, rejected } = await importCsv({
      leads: ['email,company,phone', 'a@example.com,Evil,', 'a@example.com,,1', 'b@example.com,Good,123'],
    });
    expect(rejected).toEqual(
      [2, 3].map((line) => `leads ${line}: A trigger of the database rejected the row.`),
    );
    expect(report.leads).toMatchObject(counts(0, 1, 0, 2));
    expect(await other.rows('SELECT company, phone FROM leads ORDER BY id')).toEqual([
      { company: null, phone: null },
      { company: 'Good', phone: '123' },
    ]);
  });

  it('are named if a check constraint rejects interactions', async () => {
    await insertLead(other, { email: 'a@example.com' });
    await other.rows(`ALTER TABLE interactions ADD CONSTRAINT no_fun CHECK (notes <> 'fun')`);
    const { report, rejected } = await importCsv({
      interactions: [
        'email,type,date,notes',
        'a@example.com,call,2026-01-01,one',
        'a@example.com,call,2026-01-01,fun',
        'a@example.com,call,2026-01-01,two',
      ],
    });
    expect(rejected).toEqual(['interactions 3: A check constraint of the database rejected the row.']);
    expect(report.interactions).toMatchObject(counts(2, 0, 0, 1));
    expect(await other.rows('SELECT notes FROM interactions ORDER BY id')).toEqual([
      { notes: 'one' },
      { notes: 'two' },
    ]);
  });

  it.each(['leads', 'interactions'] as const)('are named if a trigger silently skips %s', async (table) => {
    await insertLead(other, { email: 'a@example.com' });
    await obstruct(
      `INSERT ON ${table}`,
      table === 'leads' ? `NEW."firstName" = 'P3'` : `NEW.notes = 'P3'`,
      'RETURN NULL;',
    );
    const notes = Array.from({ length: 6 }, (_, index) => `a@example.com,call,2026-01-01,P${index}`);
    const { rejected } = await importCsv(
      table === 'leads'
        ? { leads: ['email,firstName,lastName', ...people(6)] }
        : { interactions: ['email,type,date,notes', ...notes] },
    );
    expect(rejected).toEqual([`${table} 5: The database skipped the row without an error.`]);
    expect(await other.rows(`SELECT 1 FROM ${table}`)).toHaveLength(table === 'leads' ? 6 : 5);
  });
});

describe('an import that fails', () => {
  it('names the header and changes nothing if a required column is missing', async () => {
    await expect(
      importCsv({
        leads: ['email,name,score', 'a@example.com,A,1'],
        interactions: ['email,kind', 'a@example.com,call'],
      }),
    ).rejects.toMatchObject({
      code: 'IMPORT_FILE_INVALID',
      message: expect.stringMatching(/interactions\.csv.*kind.*--map/) as unknown,
    });
    expect(await readLeads()).toEqual([]);
  });

  it('leaves nothing behind if the connection is lost midway, and can be repeated', async () => {
    const id = await insertLead(other, { email: 'last@example.com' });
    await other.rows('BEGIN');
    await other.rows('SELECT 1 FROM leads WHERE id = $1 FOR UPDATE', [id]);
    const csv: Csv = {
      leads: [
        'email,firstName,lastName',
        ...Array.from({ length: 1500 }, (_, index) => `l${index}@example.com,F,L`),
      ],
      interactions: ['email,type,date', 'l0@example.com,call,2026-01-01', 'last@example.com,call,2026-01-01'],
    };
    const importing = importCsv(csv);
    const watcher = await connect(database.url);
    await untilWaiting(watcher);
    await watcher.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    await expect(importing).rejects.toMatchObject({
      code: 'IMPORT_FAILED',
      message: expect.stringContaining('nothing was imported') as unknown,
    });
    await other.rows('ROLLBACK');
    await watcher.close();
    expect(await readLeads()).toHaveLength(1);
    expect(await countInteractions()).toBe(0);

    const { report, rejected } = await importCsv(csv);
    expect([rejected, report.leads?.inserted, report.interactions?.inserted]).toEqual([[], 1500, 2]);
  });

  it('leaves nothing behind if the commit fails, and reports this without data', async () => {
    await other.rows(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'secret internals: %', NEW; END $$;
      CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON leads DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse()`);
    // Sequelize prints the message of the database if a commit fails.
    const printed = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await expect(
      importCsv({ leads: ['email,firstName,lastName', 'a@example.com,A,Name'] }),
    ).rejects.toMatchObject({
      code: 'IMPORT_FAILED',
      message:
        'The import failed and was rolled back: nothing was imported. A trigger of the database rejected the row.',
    });
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
    expect(await readLeads()).toEqual([]);
  });

  it('stops at once if it is aborted while it waits, and leaves nothing behind', async () => {
    const id = await insertLead(other, { email: 'last@example.com' });
    await other.rows('BEGIN');
    await other.rows('SELECT 1 FROM leads WHERE id = $1 FOR UPDATE', [id]);
    const interruption = new AbortController();
    const importing = importCsv(
      {
        leads: ['email,firstName,lastName', 'a@example.com,A,Name'],
        interactions: ['email,type,date', 'last@example.com,call,2026-01-01'],
      },
      interruption.signal,
    );
    const watcher = await connect(database.url);
    await untilWaiting(watcher);
    interruption.abort();
    await expect(importing).rejects.toMatchObject({ code: 'IMPORT_CANCELLED' });
    await watcher.close();
    await other.rows('ROLLBACK');
    expect(await readLeads()).toHaveLength(1);
  });

  it('does not start if it is already aborted, even if it would wait for another import', async () => {
    await other.rows('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.bulkScoring]);
    await expect(
      importCsv({ leads: ['email,firstName,lastName', 'a@example.com,A,Name'] }, AbortSignal.abort()),
    ).rejects.toMatchObject({ code: 'IMPORT_CANCELLED' });
    expect(await readLeads()).toEqual([]);
  });
});

describe('import progress', () => {
  it('reports the bytes of both files, then the rows of each step', async () => {
    const people = Array.from({ length: 1500 }, (_, index) => `p${index}@example.com,F,L`);
    const contacts = Array.from({ length: 1200 }, (_, index) => `p0@example.com,call,2026-01-01,${index}`);
    const csv = {
      leads: ['email,firstName,lastName', ...people],
      interactions: ['email,type,date,notes', ...contacts],
    };
    const { progress } = await importCsv(csv);
    const sizes = [csv.leads, csv.interactions].map((lines) => contentOf(lines).length);
    const totalCount = sizes.reduce((sum, size) => sum + size, 0);
    const read = progress.filter(({ step }) => step === 'reading');
    expect(read.at(-1)).toEqual({ step: 'reading', file: 'interactions', doneCount: totalCount, totalCount });
    expect(progress.filter(({ step }) => step !== 'reading')).toEqual([
      { step: 'matching', file: 'leads', doneCount: 0, totalCount: null },
      { step: 'writing', file: 'leads', doneCount: 1500, totalCount: 1500 },
      { step: 'matching', file: 'interactions', doneCount: 0, totalCount: null },
      { step: 'writing', file: 'interactions', doneCount: 1200, totalCount: 1200 },
      { step: 'scoring', file: null, doneCount: 1500, totalCount: 1500 },
    ]);
    const one = await importCsv({ leads: ['email,firstName,lastName', 'q@example.com,F,L'] });
    expect(one.progress.map(({ file }) => file)).not.toContain('interactions');
  });
});
