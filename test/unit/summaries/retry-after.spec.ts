import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../../src/summaries/openrouter/openrouter-client.js';

const NOW = new Date('2026-03-10T12:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['1.5', 1_500],
    ['Tue, 10 Mar 2026 12:00:30 GMT', 30_000],
    ['Tue, 10 Mar 2026 11:00:00 GMT', 0],
    ['Tuesday, 10-Mar-26 12:00:30 GMT', 30_000],
    ['Wed, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59) - NOW.getTime()],
    ['soon', undefined],
    ['soon 12', undefined],
    ['-5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['2030', 2_030_000],
    ['2030-01-01', undefined],
    ['Tue, 99 Mar 2026 12:00:30 GMT', undefined],
    ['Infinity', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j means a delay of %j ms', (header, waitMs) => {
    expect(parseRetryAfter(header, NOW)).toBe(waitMs);
  });
});
