import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkScoringRules } from '../../../src/leads/scoring/check-scoring-rules.js';
import { RULES_OF_VERSION_1 } from '../../../src/leads/scoring/scoring-rules.js';

describe('checkScoringRules', () => {
  it('accepts the example of docs/scoring-rules.md', () => {
    const [, json = ''] = /```json\n(.*?)```/s.exec(readFileSync('docs/scoring-rules.md', 'utf8')) ?? [];
    expect(checkScoringRules(JSON.parse(json))).toHaveProperty('rules');
  });

  it('returns rules in the form in which they are stored', () => {
    const fit = {
      cap: 0,
      criteria: [{ field: 'BUDGET', operator: 'IN', value: [1, ' 2.5 '], points: 1 }],
    };
    const status = { ...RULES_OF_VERSION_1.status, points: [{ status: 'Closed Won', points: 10 }] };
    expect(checkScoringRules({ ...RULES_OF_VERSION_1, fit, status })).toMatchObject({
      rules: {
        fit: { criteria: [{ value: ['1', '2.5'] }] },
        status: { points: [{ status: 'closed_won' }] },
      },
    });
  });

  it.each([null, 1, 'rules', []])('rejects %j as a whole', (input) => {
    expect(checkScoringRules(input)).toEqual({ problems: [{ path: '', message: 'must be an object' }] });
  });

  it.each([
    ['COMPANY', 'CONTAINS', 'a\0b', 'must be valid Unicode without NUL'],
    ['COMPANY', 'CONTAINS', '\ud800', 'must be valid Unicode without NUL'],
    ['COMPANY', 'CONTAINS', '\u0301', 'must have 1 to 200 characters per value, not all of them invisible'],
    ['LOCATION', 'EQUALS', '\u200b', 'must have 1 to 200 characters per value, not all of them invisible'],
    ['SOURCE', 'EQUALS', ' ', 'must have 1 to 200 characters per value, not all of them invisible'],
    ['EMAIL_DOMAIN', 'EQUALS', '@gmail.com', 'must be a domain without @, such as example.com'],
  ])('rejects the value of %s %s %j', (field, operator, value, message) => {
    const fit = { cap: 0, criteria: [{ field, operator, value, points: 1 }] };
    expect(checkScoringRules({ ...RULES_OF_VERSION_1, fit })).toEqual({
      problems: [{ path: 'fit.criteria[0].value', message }],
    });
  });

  it.each([
    ['a\0b', 'must be valid Unicode without NUL'],
    ['\udc00', 'must be valid Unicode without NUL'],
    [' \u200b', 'must not be empty'],
  ])('rejects the status %j', (name, message) => {
    const status = { ...RULES_OF_VERSION_1.status, points: [{ status: name, points: 1 }] };
    expect(checkScoringRules({ ...RULES_OF_VERSION_1, status })).toEqual({
      problems: [{ path: 'status.points[0].status', message }],
    });
  });
});
