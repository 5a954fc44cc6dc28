import type { Fleet, FleetAnswer } from './fleet.js';
import type { FleetJournal, InteractionState, LeadState } from './fleet-journal.js';
import { answersTo } from './websocket.js';

/** Returns a number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** Returns the same sequence for the same seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `lost`: there was no response, so it is unknown whether the request was executed. */
type Outcome = { readonly data: Record<string, unknown> } | { readonly code: string } | 'lost';

interface OwnLead extends LeadState {
  readonly id: number;
  readonly email: string;
}

interface OwnInteraction extends InteractionState {
  readonly id: number;
  readonly notes: string;
}

/** A lead to which all clients add interactions. */
export interface SharedLead {
  readonly id: number;
  readonly email: string;
}

const STATUSES = ['new', 'contacted', 'qualified', 'proposal', 'negotiation', 'won', 'lost'] as const;
const TYPES = ['meeting', 'call', 'email'] as const;
const ORDERS = ['CREATED_AT', 'NAME'] as const;
const DIRECTIONS = ['ASC', 'DESC'] as const;
const DAY_MS = 86_400_000;
/** The clocks of tests and server may differ. This date is far enough in the past to count on both. */
const NEWEST = Date.UTC(2026, 0, 1);

/**
 * A client that works with leads. It sends one request after another, each to the server that the load
 * balancer chooses.
 */
export class FleetClient {
  private readonly leads: OwnLead[] = [];
  private readonly interactions: OwnInteraction[] = [];
  private madeCount = 0;

  constructor(
    private readonly name: string,
    private readonly fleet: Fleet,
    private readonly journal: FleetJournal,
    private readonly shared: readonly SharedLead[],
    private readonly random: Random,
  ) {}

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      await this.pick(this.ways)();
      this.journal.onStep();
    }
  }

  /** The possible next steps. A duplicate entry doubles the probability of a step. */
  private readonly ways: readonly (() => Promise<void>)[] = [
    () => this.createLead(),
    () => this.createLead(),
    () => this.updateLead(),
    () => this.updateLead(),
    () => this.removeLead(),
    () => this.createInteraction(this.pick([...this.leads, ...this.shared])),
    () => this.createInteraction(this.pick(this.shared)),
    () => this.updateInteraction(),
    () => this.removeInteraction(),
    () => this.walk(),
    () => this.recalculate(),
    () => this.cancelRecalculation(),
    () => this.readRuns(),
    () => this.writeSummary(),
    () => this.writeSummaries(),
  ];

  private async createLead(): Promise<void> {
    const email = `${this.nextName()}@example.com`;
    const state = this.newLeadState();
    const outcome = await this.send(
      `mutation ($lead: CreateLeadInput!) { createLead(createLeadInput: $lead) { id } }`,
      { lead: { firstName: 'Ada', lastName: email, email, ...state } },
    );
    this.journal.leads.set(email, outcome === 'lost' ? [null, state] : [state]);
    const made = thingIn(outcome, 'createLead');
    if (made === null) return;
    const lead = { id: Number(made.id), email, ...state };
    this.leads.push(lead);
    await this.readBack(lead);
  }

  private async updateLead(): Promise<void> {
    const lead = this.take(this.leads);
    if (lead === null) return;
    const state = this.newLeadState();
    const outcome = await this.send(
      `mutation ($lead: UpdateLeadInput!) { updateLead(updateLeadInput: $lead) { id } }`,
      { lead: { id: lead.id, ...state } },
    );
    const before = { budget: lead.budget, status: lead.status };
    this.journal.leads.set(lead.email, outcome === 'lost' ? [before, state] : [state]);
    if (outcome === 'lost') return;
    this.leads.push({ ...lead, ...state });
    await this.readBack({ ...lead, ...state });
  }

  /** The interactions of the lead are deleted with it. */
  private async removeLead(): Promise<void> {
    const lead = this.take(this.leads);
    if (lead === null) return;
    for (const interaction of [...this.interactions]) {
      if (interaction.leadEmail === lead.email) this.forget(interaction);
    }
    const outcome = await this.send('mutation ($id: Int!) { removeLead(id: $id) }', { id: lead.id });
    const before = { budget: lead.budget, status: lead.status };
    this.journal.leads.set(lead.email, outcome === 'lost' ? [before, null] : [null]);
  }

  private async createInteraction({ id: leadId, email }: SharedLead): Promise<void> {
    const notes = this.nextName();
    const state = { leadEmail: email, type: this.pick(TYPES), date: this.newDate() };
    const outcome = await this.send(
      `mutation ($it: CreateInteractionInput!) { createInteraction(createInteractionInput: $it) { id } }`,
      { it: { leadId, type: state.type.toUpperCase(), date: state.date, notes } },
    );
    this.journal.interactions.set(notes, outcome === 'lost' ? [null, state] : [state]);
    const made = thingIn(outcome, 'createInteraction');
    if (made === null) return;
    this.interactions.push({ id: Number(made.id), notes, ...state });
    // Every change updates the score in the same transaction, even if other clients change the lead
    // concurrently.
    const data = await this.read('query ($id: Int!) { lead(id: $id) { isScoreStale } }', { id: leadId });
    expectSame(data.lead, { isScoreStale: false });
  }

  private async updateInteraction(): Promise<void> {
    const interaction = this.take(this.interactions);
    if (interaction === null) return;
    const { id, notes, ...before } = interaction;
    const after = { ...before, type: this.pick(TYPES), date: this.newDate() };
    const outcome = await this.send(
      `mutation ($it: UpdateInteractionInput!) { updateInteraction(updateInteractionInput: $it) { id } }`,
      { it: { id, type: after.type.toUpperCase(), date: after.date } },
    );
    this.journal.interactions.set(notes, outcome === 'lost' ? [before, after] : [after]);
    if (outcome !== 'lost') this.interactions.push({ id, notes, ...after });
  }

  private async removeInteraction(): Promise<void> {
    const interaction = this.take(this.interactions);
    if (interaction === null) return;
    const { id, notes, ...before } = interaction;
    const outcome = await this.send('mutation ($id: Int!) { removeInteraction(id: $id) }', { id });
    this.journal.interactions.set(notes, outcome === 'lost' ? [before, null] : [null]);
  }

  /** Checks that a confirmed change is visible on the server of the next request. */
  private async readBack({ id, email, budget, status }: OwnLead): Promise<void> {
    const data = await this.read('query ($id: Int!) { lead(id: $id) { email budget status isScoreStale } }', {
      id,
    });
    expectSame(data.lead, { email, budget, status, isScoreStale: false });
  }

  /**
   * Reads all pages, each possibly from another server. Each lead of this client must occur once, even if
   * other clients change leads.
   */
  private async walk(): Promise<void> {
    const orderBy = { field: this.pick(ORDERS), direction: this.pick(DIRECTIONS) };
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const data: Record<string, unknown> = await this.read(
        `query ($after: String, $orderBy: LeadOrderInput) {
           leadsConnection(first: 9, after: $after, orderBy: $orderBy) {
             nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { after, orderBy },
      );
      const page = data.leadsConnection as {
        nodes: { id: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      seen.push(...page.nodes.map((node) => Number(node.id)));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    const own = [...this.leads, ...this.shared].map(({ id }) => id);
    expectSame(
      { twice: seen.length - new Set(seen).size, missing: own.filter((id) => !seen.includes(id)) },
      {
        twice: 0,
        missing: [],
      },
    );
  }

  private async recalculate(): Promise<void> {
    await this.send('mutation { recalculateAllScores { recalculationId failedCount } }', {}, [
      'RECALCULATION_RUNNING',
      'RECALCULATION_CANCELLED',
    ]);
  }

  private async cancelRecalculation(): Promise<void> {
    const data = await this.read('{ recalculations(first: 1) { nodes { id } } }');
    const [run] = (data.recalculations as { nodes: { id: string }[] }).nodes;
    if (run === undefined) return;
    await this.send('mutation ($id: ID!) { cancelRecalculation(id: $id) { status } }', { id: run.id }, [
      'RECALCULATION_NOT_RUNNING',
    ]);
  }

  private async readRuns(): Promise<void> {
    const data = await this.read('{ recalculations(first: 10) { nodes { status } } }');
    const { nodes } = data.recalculations as { nodes: { status: string }[] };
    if (nodes.filter(({ status }) => status === 'RUNNING').length > 1) throw new Error('Two runs at once.');
  }

  private async writeSummary(): Promise<void> {
    const lead = this.pick(this.shared);
    const outcome = await this.send(
      'mutation ($id: Int!) { regenerateSummary(id: $id) { summary summarySource } }',
      { id: lead.id },
    );
    const made = thingIn(outcome, 'regenerateSummary');
    if (made !== null && !String(made.summary).includes(lead.email)) throw new Error('Not its summary.');
  }

  /** Starts a batch and follows it to its end. If the socket breaks, follows it on another server. */
  private async writeSummaries(): Promise<void> {
    const outcome = await this.send('mutation { regenerateSummaries(onlyStale: false, limit: 4) { id } }');
    const made = thingIn(outcome, 'regenerateSummaries');
    if (made === null) return;
    for (;;) {
      const last = await this.lastOf(
        `subscription ($id: ID!) { summaryBatchProgress(id: $id) {
           status totalCount writtenCount unchangedCount skippedCount } }`,
        { id: made.id },
      );
      if (last === 'lost') continue;
      const batch = last.summaryBatchProgress as Record<string, number> & { status: string };
      const { status, totalCount = 0, writtenCount = 0, unchangedCount = 0, skippedCount = 0 } = batch;
      expectSame(
        { status, ended: writtenCount + unchangedCount + skippedCount },
        { status: 'SUCCEEDED', ended: totalCount },
      );
      return;
    }
  }

  /** Returns the last message of a subscription. */
  private async lastOf(
    query: string,
    variables: Record<string, unknown>,
  ): Promise<Record<string, unknown> | 'lost'> {
    const socket = this.fleet.connectSocket();
    let last: Record<string, unknown> | 'lost' = 'lost';
    try {
      for await (const { data, errors } of answersTo(socket, query, variables)) {
        if (errors !== undefined) throw new Error(`${query}: ${JSON.stringify(errors)}`);
        last = data ?? 'lost';
      }
      return last;
    } catch (error) {
      if (error instanceof Error) throw error;
      // The rejection is the close event of the socket.
      return 'lost';
    } finally {
      await socket.dispose();
    }
  }

  /** Repeats the query until there is a response, because a query changes nothing. */
  private async read(query: string, variables = {}): Promise<Record<string, unknown>> {
    for (;;) {
      const outcome = await this.send(query, variables);
      if (outcome !== 'lost' && 'data' in outcome) return outcome.data;
    }
  }

  /**
   * @param codes errors that are expected
   * @throws if the response has another error
   */
  private async send(query: string, variables = {}, codes: readonly string[] = []): Promise<Outcome> {
    const answer: FleetAnswer | 'lost' = await this.fleet.send(this.fleet.url, query, variables);
    if (answer === 'lost') {
      this.journal.lostCount += 1;
      return 'lost';
    }
    if (answer.errors === undefined && answer.data != null) return { data: answer.data };
    const code = String(answer.errors?.[0]?.extensions.code);
    if (codes.includes(code)) return { code };
    throw new Error(`${query} ${JSON.stringify(variables)} was answered ${JSON.stringify(answer)}`);
  }

  private newLeadState(): LeadState {
    return { budget: Math.floor(this.random() * 100_000), status: this.pick(STATUSES) };
  }

  private newDate(): string {
    return new Date(NEWEST - Math.floor(this.random() * 60 * DAY_MS)).toISOString();
  }

  private nextName(): string {
    return `${this.name}-${++this.madeCount}`;
  }

  private pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error('There is nothing to pick from.');
    return item;
  }

  private take<Item>(items: Item[]): Item | null {
    return items.splice(Math.floor(this.random() * items.length), 1)[0] ?? null;
  }

  private forget(interaction: OwnInteraction): void {
    this.interactions.splice(this.interactions.indexOf(interaction), 1);
  }
}

/** Returns the object in the response of a mutation; null if there is none. */
function thingIn(outcome: Outcome, field: string): Record<string, unknown> | null {
  return outcome !== 'lost' && 'data' in outcome ? (outcome.data[field] as Record<string, unknown>) : null;
}

function expectSame(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
}
