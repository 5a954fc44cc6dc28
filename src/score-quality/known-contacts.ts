import { type ContactState, isContact, noContact, withContact } from '../leads/scoring/contact-state.js';
import type { InteractionVersion } from './lead-past.js';

interface Counted {
  /** The instant from which the interaction counts: it has taken place, and it is recorded. */
  readonly from: number;
  readonly version: InteractionVersion;
}

/**
 * The contact state of a lead as it was known at ascending instants. An interaction is added to the state in
 * constant time. Only if a version that counts was replaced, the state is calculated again.
 */
export class KnownContacts {
  /** In the order in which they begin to count. */
  private readonly counted: readonly Counted[];
  /** Contacts that were recorded before their date. */
  private readonly planned: readonly InteractionVersion[];
  /** The versions that count and were replaced, in the order of replacement. */
  private readonly replaced: readonly InteractionVersion[];
  private state: ContactState;
  private countedUntil = 0;
  private replacedUntil = 0;

  /** @param halfLifeDays the half-life of the engagement */
  constructor(
    versions: readonly InteractionVersion[],
    private readonly halfLifeDays: number,
  ) {
    this.state = noContact(halfLifeDays);
    this.counted = versions
      .map((version) => ({ from: Math.max(version.recordedAt, version.date.getTime()), version }))
      .filter(({ from, version }) => from < version.replacedAt)
      .sort((one, other) => one.from - other.from);
    this.replaced = this.counted
      .map(({ version }) => version)
      .filter(({ replacedAt }) => replacedAt < Infinity)
      .sort((one, other) => one.replacedAt - other.replacedAt);
    this.planned = versions.filter(
      (version) => version.date.getTime() > version.recordedAt && isContact(version),
    );
  }

  /** @param at not before the instant of the previous call */
  at(at: number): ContactState {
    const isReplaced = this.skipReplaced(at);
    if (isReplaced) {
      this.state = noContact(this.halfLifeDays);
      this.countedUntil = 0;
    }
    for (let next = this.counted[this.countedUntil]; next !== undefined && next.from <= at;) {
      if (next.version.replacedAt > at) this.state = withContact(this.state, next.version);
      next = this.counted[++this.countedUntil];
    }
    const nextContactAt = this.nextContactAt(at);
    return nextContactAt === null ? this.state : { ...this.state, nextContactAt };
  }

  /** @returns whether the state contains a version that has been replaced */
  private skipReplaced(at: number): boolean {
    const before = this.replacedUntil;
    while ((this.replaced[this.replacedUntil]?.replacedAt ?? Infinity) <= at) this.replacedUntil += 1;
    return this.replacedUntil > before;
  }

  private nextContactAt(at: number): Date | null {
    let next: Date | null = null;
    for (const { date, recordedAt, replacedAt } of this.planned) {
      const isAhead = recordedAt <= at && at < replacedAt && date.getTime() > at;
      if (isAhead && (next === null || date < next)) next = date;
    }
    return next;
  }
}
