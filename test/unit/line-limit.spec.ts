import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { withRequest } from '../../src/common/request-context.js';
import { LineLimit } from '../../src/logging/line-limit.js';
import { createLog } from '../../src/logging/log.js';

describe('LineLimit', () => {
  it('limits the lines of each kind and the number of kinds, and counts omitted lines', () => {
    const omitted: [string, number][] = [];
    const limit = new LineLimit((kind, count) => omitted.push([kind, count]));
    const written = (kind: string, times: number) =>
      Array.from({ length: times }, () => limit.admits(kind)).filter(Boolean).length;
    expect([written('a', 25), written('b', 10)]).toEqual([10, 10]);
    expect(
      Array.from({ length: 1_000 }, (_, kind) => written(`kind ${kind}`, 1)).filter(Boolean),
    ).toHaveLength(58);
    limit.flush();
    expect(omitted).toEqual([
      ['a', 15],
      ['others', 942],
    ]);
    expect(written('a', 1)).toBe(1);
    limit.flush();
    expect(omitted).toHaveLength(2);
  });

  it('applies to requests without a caller, exceeded rate limits and libraries', () => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (line: Buffer, _, done) => {
        lines.push(line.toString());
        done();
      },
    });
    const log = createLog('info', destination);
    const count = (context: object, facts: object) => {
      lines.length = 0;
      withRequest({ id: 'x', ...context }, () => {
        for (let line = 0; line < 30; line += 1) log.info(facts, 'request');
      });
      return lines.length;
    };
    const caller = { key: 'key:1', role: null };
    expect(count({ address: '203.0.113.1' }, { status: 401 })).toBe(10);
    expect(count({ address: '203.0.113.2' }, { status: 404 })).toBe(10);
    expect(count({ address: '203.0.113.1', caller }, { status: 200 })).toBe(30);
    expect(count({ address: '203.0.113.1', caller }, { outcome: 'RATE_LIMITED' })).toBe(10);
    expect(count({ address: '203.0.113.1', isFromRouter: true }, { status: 200 })).toBe(30);
    expect(count({}, { context: 'console' })).toBe(10);
    expect(count({}, { context: 'Recalculation' })).toBe(30);
  });
});
