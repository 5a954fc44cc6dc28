import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EndsWithRequest, OpenRequests, requestTimedOut } from '../../src/common/request-deadline.js';

const open = new OpenRequests(1_000);
let timeoutCount: number;
let unsubscribe: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  timeoutCount = 0;
  unsubscribe = requestTimedOut.subscribe(() => {
    timeoutCount += 1;
  });
});
afterEach(() => {
  unsubscribe();
  vi.useRealTimers();
});

const work = (): EndsWithRequest & { isAborted: boolean } => ({
  isAborted: false,
  abort() {
    this.isAborted = true;
  },
});

describe('the deadline of a mutation whose client has disconnected', () => {
  function disconnected() {
    const deadline = open.begin();
    deadline.continuesAfterDisconnect = true;
    const mutation = work();
    deadline.track(mutation);
    deadline.close(true);
    return { deadline, mutation };
  }

  it('aborts the mutation if it takes too long', () => {
    const { deadline, mutation } = disconnected();
    vi.advanceTimersByTime(999);
    expect([mutation.isAborted, deadline.isOver, open.count]).toEqual([false, false, 1]);
    vi.advanceTimersByTime(1);
    expect([mutation.isAborted, deadline.isOver, timeoutCount]).toEqual([true, true, 1]);
    deadline.untrack(mutation);
    expect(open.count).toBe(0);
  });

  it('has no effect after the mutation has completed', () => {
    const { deadline, mutation } = disconnected();
    deadline.untrack(mutation);
    expect(open.count).toBe(0);
    vi.advanceTimersByTime(2_000);
    expect([deadline.isOver, timeoutCount]).toEqual([false, 0]);
  });
});

it('aborts the work of a query if its client disconnects', () => {
  const deadline = open.begin();
  const query = work();
  deadline.track(query);
  deadline.close(true);
  expect([query.isAborted, deadline.isOver, timeoutCount]).toEqual([true, true, 0]);
  deadline.untrack(query);
  expect(open.count).toBe(0);
});
