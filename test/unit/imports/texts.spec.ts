import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddresses } from '../../../src/imports/values/email-address.js';
import { findDirection, findInteractionType } from '../../../src/imports/values/interaction-types.js';
import { findLeadStatus } from '../../../src/imports/values/lead-statuses.js';
import { isWholeName, splitName } from '../../../src/imports/values/person-name.js';
import { isPlaceholder, isPlaceholderForNumber } from '../../../src/imports/values/placeholder.js';
import { longSalesforceId } from '../../../src/imports/values/salesforce-id.js';
import { textOfFormula } from '../../../src/imports/values/spreadsheet-text.js';
import { LEAD_STATUSES } from '../../../src/leads/lead-status.js';

describe('readAddresses', () => {
  it.each([
    ['ann@example.com', 'ann@example.com', null, []],
    ['  ann@example.com ', 'ann@example.com', null, []],
    ['Ann Miller <ann@example.com>', 'ann@example.com', 'Ann Miller', []],
    ['"Miller, Ann" <ann@example.com>', 'ann@example.com', 'Miller, Ann', []],
    ['Ann Miller (ann@example.com)', 'ann@example.com', 'Ann Miller', []],
    ['<ann@example.com>', 'ann@example.com', null, []],
    ['mailto:ann@example.com', 'ann@example.com', null, []],
    ['mailto:ann@example.com?subject=Hello', 'ann@example.com', null, []],
    ['"ann@example.com"', 'ann@example.com', null, []],
    ["'ann@example.com'", 'ann@example.com', null, []],
    ['ann@example.com;', 'ann@example.com', null, []],
    ['ann@example.com,', 'ann@example.com', null, []],
    ['ann@example.com; bob@example.com', 'ann@example.com', null, ['bob@example.com']],
    ['ann@example.com, bob@example.com', 'ann@example.com', null, ['bob@example.com']],
    ['ann@example.com bob@example.com', 'ann@example.com', null, ['bob@example.com']],
    ['ann@example.com ::: bob@example.com', 'ann@example.com', null, ['bob@example.com']],
    ['Ann <ann@example.com>, Bob <bob@example.com>', 'ann@example.com', 'Ann', ['bob@example.com']],
    ['ann@example.com; ANN@example.com', 'ann@example.com', null, []],
    ['ann@example.com <ann@example.com>', 'ann@example.com', null, []],
    ['no address', 'no address', null, []],
    [';', '', null, []],
  ])('%j', (cell, email, name, others) => {
    expect(readAddresses(cell)).toEqual({ email, name, others, texts: [] });
  });
});

describe('a cell with an address and other texts', () => {
  it.each([
    ['ann@example.com, Ann, Lee', ['Ann, Lee']],
    ['ann@example.com; n/a; bob@example.com', ['n/a']],
    ['ann@example.com,Ann,"Lee, Jr",700', ['Ann,"Lee, Jr",700']],
  ])('%j', (cell, texts) => {
    expect(readAddresses(cell)).toMatchObject({ email: 'ann@example.com', texts });
  });
});

describe('splitName', () => {
  it.each([
    ['Ann Miller', 'Ann', 'Miller'],
    ['Miller, Ann', 'Ann', 'Miller'],
    ['Miller, Dr. Ann', 'Ann', 'Miller'],
    ['Ann Marie Miller', 'Ann Marie', 'Miller'],
    ['Bob van der Berg', 'Bob', 'van der Berg'],
    ['van der Berg, Bob', 'Bob', 'van der Berg'],
    ['Ludwig von Beispiel', 'Ludwig', 'von Beispiel'],
    ['Vincent Van Example', 'Vincent', 'Van Example'],
    ['Maria de la Cruz', 'Maria', 'de la Cruz'],
    ['Don Draper', 'Don', 'Draper'],
    ['Ing Wang', 'Ing', 'Wang'],
    ['Ing. Wang', null, 'Wang'],
    ['Mr Smith', null, 'Smith'],
    ['Mei Ling Ma', 'Mei Ling', 'Ma'],
    ['Ann Miller MA', 'Ann', 'Miller MA'],
    ['Anna Müller, Dr.', 'Anna', 'Müller'],
    ['Dr. med. Anna Schmidt', 'Anna', 'Schmidt'],
    ['Prof. Dr.-Ing. Hans Meier', 'Hans', 'Meier'],
    ['山田　太郎（営業）', '太郎', '山田'],
    ['Ann Miller (Acme) (old)', 'Ann', 'Miller'],
    ['Mr. & Mrs. Smith', null, 'Smith'],
    ['Ann Miller (Acme)', 'Ann', 'Miller'],
    ['Miller, Ann, Dr.', 'Ann', 'Miller'],
    ['佐藤 美咲', '美咲', '佐藤'],
    ['김 민준', '민준', '김'],
    ['アン ミラー', 'アン', 'ミラー'],
    ['Prof. Dr. Ann Miller', 'Ann', 'Miller'],
    ['Mr. Bob Berg', 'Bob', 'Berg'],
    ['Herr Dr. Uwe Groß', 'Uwe', 'Groß'],
    ['Ann Miller, PhD', 'Ann', 'Miller PhD'],
    ['Bob Berg Jr.', 'Bob', 'Berg Jr.'],
    ['Berg, Bob, Jr.', 'Bob', 'Berg Jr.'],
    ['Jean MARTIN DUPONT', 'Jean', 'MARTIN DUPONT'],
    ['DUPONT Jean', 'Jean', 'DUPONT'],
    ['ANN MILLER', 'ANN', 'MILLER'],
    ['J. R. Example', 'J. R.', 'Example'],
    ['"Ann Miller"', 'Ann', 'Miller'],
    ['  Ann   Miller ', 'Ann', 'Miller'],
    ['Madonna', null, 'Madonna'],
    ['Dr. Example', null, 'Example'],
    ['山田太郎', null, '山田太郎'],
    ['Miller,', null, 'Miller'],
  ])('%j is %j %j', (text, firstName, lastName) => {
    expect(splitName(text)).toEqual({ firstName, lastName });
  });

  it('loses no word except titles', () => {
    const word = fc.constantFrom('Ann', 'Bob', 'Miller', 'Berg', 'van', 'der', 'García', "O'Neil", 'Li');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const { firstName, lastName } = splitName(words.join(' '));
        expect([firstName, lastName].filter((part) => part !== null).join(' ')).toBe(words.join(' '));
      }),
    );
  });
});

describe('isWholeName', () => {
  it.each([
    ['Ann Mary Miller', 'Ann Mary', true],
    ['Miller, Ann', 'Ann', true],
    ['Robert Smith', 'Bob', true],
    ['María José', 'Muñoz Peña', false],
    ['von der Heide', 'Anna', false],
    ['Oliveira', 'Li', false],
    ['山田太郎', '太郎', true],
    ['山田', '太郎', false],
  ])('%s beside %s: %s', (text, part, isWhole) => {
    expect(isWholeName(text, part)).toBe(isWhole);
  });
});

describe('findLeadStatus', () => {
  const none = new Map<string, string>();

  it.each([
    ['Open - Not Contacted', 'new'],
    ['Working - Contacted', 'contacted'],
    ['Closed - Converted', 'converted'],
    ['Closed - Not Converted', 'lost'],
    ['Junk Lead', 'lost'],
    ['Abierto', 'new'],
    ['Em negociação', 'negotiation'],
    ['Lost Lead', 'lost'],
    ['UNQUALIFIED', 'unqualified'],
    ['Not Qualified', 'unqualified'],
    ['BAD_TIMING', 'lost'],
    ['Closed Won', 'closed_won'],
    ['closed-lost', 'closed_lost'],
    ['Pre-Qualified', 'qualified'],
    ['Gewonnen', 'won'],
    ['Négociation', 'negotiation'],
    ['something else', null],
  ])('%j is %s', (text, status) => {
    expect(findLeadStatus(text, none)).toBe(status);
  });

  it('accepts every status of the API, and options first', () => {
    for (const status of LEAD_STATUSES) expect(findLeadStatus(status, none)).toBe(status);
    expect(findLeadStatus('New', new Map([['new', 'lost']]))).toBe('lost');
  });
});

describe('findInteractionType', () => {
  const none = new Map<string, { type: 'call' }>();

  it.each([
    ['call', 'call', undefined],
    ['Phone Call', 'call', undefined],
    ['LOGGED CALL', 'call', undefined],
    ['Anruf', 'call', undefined],
    ['Demo', 'meeting', undefined],
    ['Lunch', 'meeting', undefined],
    ['Event', 'meeting', undefined],
    ['E-Mail', 'email', undefined],
    ['INCOMING_EMAIL', 'email', 'inbound'],
    ['Outbound call', 'call', 'outbound'],
  ])('%j is %s', (text, type, direction) => {
    expect(findInteractionType(text, none)).toEqual(direction === undefined ? { type } : { type, direction });
  });

  it.each(['Task', 'Follow-up', 'SMS', 'LinkedIn message', 'Note', 'Deadline', 'To Do', '***'])(
    '%j is unknown',
    (text) => {
      expect(findInteractionType(text, new Map([['', { type: 'call' }]]))).toBeNull();
    },
  );

  it.each([
    ['INBOUND', 'inbound'],
    ['Outgoing', 'outbound'],
    ['EMAIL', 'outbound'],
    ['INCOMING_EMAIL', 'inbound'],
    ['Internal', null],
    ['sideways', undefined],
  ])('direction %j is %s', (text, direction) => {
    expect(findDirection(text)).toBe(direction);
  });
});

describe('placeholders', () => {
  it.each(['N/A', 'n/a', 'NULL', 'none', '-', '#N/A', '--None--'])('%j is empty', (text) => {
    expect(isPlaceholder(text)).toBe(true);
  });

  it.each(['Null', 'None', 'Na', 'TBD', 'x'])('%j is a value', (text) => {
    expect(isPlaceholder(text)).toBe(false);
  });

  it.each(['TBD', 'NA', 'Unknown', 'None', '-'])('%j is no amount and no date', (text) => {
    expect(isPlaceholderForNumber(text)).toBe(true);
  });
});

it('longSalesforceId adds the checksum of capitals', () => {
  expect(longSalesforceId('001D000000IqhSL')).toBe('001D000000IqhSLIAZ');
  expect(longSalesforceId('00QHr00001abcDE')).toBe('00QHr00001abcDEMAY');
  expect(longSalesforceId('51')).toBe('51');
  expect(longSalesforceId('LEAD20240000001')).toBe('LEAD20240000001');
  expect(longSalesforceId('002401010000017')).toBe('002401010000017');
});

describe('text formulas', () => {
  it('return their text', () => {
    expect(textOfFormula('="0301234"')).toBe('0301234');
    expect(textOfFormula('="a""b"')).toBe('a"b');
    expect(textOfFormula('=1+1')).toBeNull();
  });
});
