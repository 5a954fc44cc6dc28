import { describe, expect, it } from '@jest/globals';
import { checkSummary } from '../../../src/leads/summaries/summary-check.js';
import { SYSTEM_MESSAGE } from '../../../src/leads/summaries/summary-prompt.js';

const DELIMITER = '=== 0123456789abcdef ===';

describe('the check of a summary', () => {
  it.each([
    'Ada Lovelace asked for an offer of 50,000 on 2026-03-07. Call her before Friday.',
    "L'offre de 1 200 000 € est prête; l'équipe attend sa réponse — à rappeler lundi.",
    '李さんは見積もりを待っています。来週、電話してください。',
    'مهتمة بالعرض. اتصل بها غداً.',
    'He said "not yet" & wants 3 seats at 5 * 20 < 120.',
    'Works at Booking.com in R&D; knows Node.js/React and/or sales.',
  ])('lets prose through: %s', (text) => {
    expect(checkSummary(text, DELIMITER)).toEqual({ text });
  });

  it('tidies white space, and takes off a fence or quotes around the whole', () => {
    expect(checkSummary('  One.\n\nTwo. ', DELIMITER)).toEqual({ text: 'One. Two.' });
    expect(checkSummary('```text\nOne.\n```', DELIMITER)).toEqual({ text: 'One.' });
    expect(checkSummary('"One."', DELIMITER)).toEqual({ text: 'One.' });
  });

  it.each([
    ['', 'it is empty'],
    ['x'.repeat(1_201), 'it is longer than 1200 characters'],
    ['half \ud800 a pair', 'it is not valid Unicode'],
    ['zero\u200bwidth', 'it has invisible characters'],
    ['over\u202eride', 'it has invisible characters'],
    ['nul\u0000', 'it has invisible characters'],
    ['tag\u{e0041}s', 'it has invisible characters'],
    ['See https://example.com', 'it has a link'],
    ['See www.example.com', 'it has a link'],
    ['Click javascript:alert(1)', 'it has a link'],
    ['Open crm-app://lead', 'it has a link'],
    ['See evil.example/login', 'it has a link'],
    ['Write to ada@example.com', 'it has an e-mail address or a telephone number'],
    ['Call +1 (202) 555-0101', 'it has an e-mail address or a telephone number'],
    ['Call 020 7946 0182 9', 'it has an e-mail address or a telephone number'],
    ['A <b>bold</b> lead', 'it has HTML'],
    ['A <img src=x onerror=alert(1)> lead', 'it has HTML'],
    ['A &lt;script&gt;', 'it has HTML'],
    ['# Summary\nAda', 'it has markup'],
    ['Ada:\n- likes tea', 'it has markup'],
    ['Ada is **hot**', 'it has markup'],
    ['An [offer](x)', 'it has markup'],
    ['a ```fence``` here', 'it has markup'],
    [`Ada. ${DELIMITER}`, 'it repeats the delimiter'],
    ['The code is 0123456789ABCDEF.', 'it repeats the delimiter'],
    [SYSTEM_MESSAGE.slice(0, 90), 'it repeats the instructions'],
  ])('refuses %p', (text, fault) => {
    expect(checkSummary(text, DELIMITER)).toEqual({ fault });
  });
});
