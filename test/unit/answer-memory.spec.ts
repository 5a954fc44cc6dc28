import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { AnswerMemory } from '../../src/common/answer-memory.js';
import { DomainError } from '../../src/common/domain-error.js';
import { OpenRequests } from '../../src/common/request-deadline.js';

const MB = 1_000_000;
/** 12 MB, of which 10 MB are for answers of more than 1,000 objects, at 1,000 bytes each. */
const memoryOf12 = () => new AnswerMemory(12 * MB);

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'admitted',
    (error: unknown) => (error as DomainError).code,
  );

describe('AnswerMemory', () => {
  it('grants reservations in the order of arrival', async () => {
    const memory = memoryOf12();
    const first = await memory.reserve(6_000, undefined);
    const order: string[] = [];
    const second = memory.reserve(6_000, undefined).then((reservation) => {
      order.push('second');
      return reservation;
    });
    const third = memory.reserve(2_000, undefined).then((reservation) => {
      order.push('third');
      return reservation;
    });
    // The third would fit, but the second came first.
    await Promise.resolve();
    expect(order).toEqual([]);
    first.release();
    await Promise.all([second, third]);
    expect(order).toEqual(['second', 'third']);
  });

  it('keeps room for small answers beside large ones', async () => {
    const memory = memoryOf12();
    await memory.reserve(9_900, undefined);
    expect(await codeOf(memory.reserve(1_000, undefined))).toBe('admitted');
  });

  it('has all its memory again after any responses, so the largest one need not wait', async () => {
    const memory = memoryOf12();
    for (let round = 1; round < 500; round += 1) {
      const open: { release(): void }[] = [];
      for (let index = 1; index <= 4; index += 1) {
        const reservation = await memory.reserve(1_001 + ((round * 37 * index) % 300), undefined);
        // Longer texts than estimated make the next responses reserve a multiple of their estimate.
        for (let row = 0; row < 5; row += 1) reservation.addRow(10_000 + ((round * 131 * index) % 7_777));
        open.push(reservation);
      }
      for (const reservation of round % 2 === 0 ? open : open.reverse()) reservation.release();
      const largest = memory.reserve(9_900, undefined);
      expect(await Promise.race([largest.then(() => 'admitted'), nextTurn('waiting')])).toBe('admitted');
      (await largest).release();
    }
  });

  it('rejects an answer larger than the memory, by its estimate or by its rows', async () => {
    const memory = memoryOf12();
    expect(await codeOf(memory.reserve(10_001, undefined))).toBe('RESPONSE_TOO_LARGE');
    const small = await memory.reserve(1, undefined);
    expect(() => {
      for (let row = 0; row < 100; row += 1) small.addRow(100_000);
    }).toThrow(expect.objectContaining({ code: 'RESPONSE_TOO_LARGE' }));
    expect(small.error?.code).toBe('RESPONSE_TOO_LARGE');
    small.release();
    const other = await memory.reserve(1, undefined);
    expect(() => {
      other.addJson(11 * MB);
    }).toThrow(expect.objectContaining({ code: 'RESPONSE_TOO_LARGE' }));
    other.release();
    expect(await codeOf(memory.reserve(9_900, undefined))).toBe('admitted');
  });

  it('counts objects without rows only beyond the estimated number of objects', async () => {
    const reservation = await memoryOf12().reserve(1_000, undefined);
    reservation.addRow(100);
    reservation.addObjects(999);
    reservation.addObjects(8_000);
    expect(() => {
      reservation.addObjects(1_000);
    }).toThrow(expect.objectContaining({ code: 'RESPONSE_TOO_LARGE' }));
  });

  it('rejects an answer that outgrows the free memory, so that another can grow', async () => {
    const memory = memoryOf12();
    const [one, other] = await Promise.all([
      memory.reserve(4_000, undefined),
      memory.reserve(4_000, undefined),
    ]);
    const grow = (reservation: typeof one) => () => {
      for (let row = 0; row < 10; row += 1) reservation.addRow(100_000);
    };
    expect(grow(one)).toThrow(
      expect.objectContaining({ code: 'SERVER_OVERLOADED', details: { retryAfterSeconds: 5 } }),
    );
    one.release();
    expect(grow(other)).not.toThrow();
  });

  it('counts only the JSON of an answer that waits for its client', async () => {
    const memory = memoryOf12();
    const sent = await memory.reserve(9_900, undefined);
    sent.addJson(1 * MB);
    sent.keepJson();
    expect(await codeOf(memory.reserve(8_500, undefined))).toBe('admitted');
    sent.release();
    sent.release();
  });

  it('reserves more after answers that needed more than estimated', async () => {
    const memory = memoryOf12();
    const long = await memory.reserve(2_000, undefined);
    for (let row = 0; row < 20; row += 1) long.addRow(100_000);
    long.release();
    const next = [await memory.reserve(2_000, undefined)];
    const waiting = memory.reserve(2_000, undefined);
    expect(await Promise.race([waiting.then(() => 'admitted'), Promise.resolve('waiting')])).toBe('waiting');
    next[0]?.release();
    await waiting;
  });

  it('rejects a waiting request if it ends or waits too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const memory = memoryOf12();
      await memory.reserve(9_000, undefined);
      const deadline = new OpenRequests(60_000).begin();
      const gone = codeOf(memory.reserve(9_000, deadline));
      const patient = codeOf(memory.reserve(9_000, undefined));
      deadline.close(true);
      expect(await gone).toBe('REQUEST_TIMED_OUT');
      vi.advanceTimersByTime(10_000);
      expect(await patient).toBe('SERVER_OVERLOADED');
    } finally {
      vi.useRealTimers();
    }
  });

  it('releases a reservation that is granted after its request has ended', async () => {
    const memory = memoryOf12();
    const deadline = new OpenRequests(60_000).begin();
    deadline.close(false);
    await memory.reserve(9_000, deadline);
    expect(await codeOf(memory.reserve(9_000, undefined))).toBe('admitted');
  });
});
