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
    expect(checkScoringRules(input)).toMatchObject({ problems: [{ path: '' }] });
  });
});
