import { calculateActivityScore } from '../../src/leads/scoring/activity-score.js';
import type { ScoredInteraction } from '../../src/leads/scoring/contact-state.js';
import type { Connection } from './connection.js';

export interface LeadState {
  readonly budget: number;
  readonly status: string;
}

export interface InteractionState {
  readonly leadEmail: string;
  readonly type: ScoredInteraction['type'];
  readonly date: string;
}

/**
 * The possible states of an object: one if its last change was confirmed, several if the response was lost.
 */
type Possible<State> = readonly (State | null)[];

/** Records confirmed changes, to compare them with the database at the end. */
export class FleetJournal {
  /** Keys are e-mail addresses. */
  readonly leads = new Map<string, Possible<LeadState>>();
  /** Keys are notes, which are unique. */
  readonly interactions = new Map<string, Possible<InteractionState>>();
  /** The number of requests without a response. */
  lostCount = 0;
  private stepCount = 0;
  private readonly waiting: { count: number; go: () => void }[] = [];

  onStep(): void {
    this.stepCount += 1;
    for (const { count, go } of this.waiting) if (this.stepCount >= count) go();
  }

  /** Waits until the clients have completed this many more steps. */
  afterSteps(more: number): Promise<void> {
    return new Promise((go) => this.waiting.push({ count: this.stepCount + more, go }));
  }

  /** Returns the differences between the database and the confirmed changes. */
  async contradictions(connection: Connection): Promise<string[]> {
    const leads = await connection.rows<LeadState & { email: string }>(
      'SELECT email, budget::float8 AS budget, status FROM leads',
    );
    const interactions = await connection.rows<InteractionState & { notes: string }>(
      `SELECT notes, type, to_char(date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS date,
         (SELECT email FROM leads WHERE id = "leadId") AS "leadEmail"
       FROM interactions`,
    );
    const emails = new Set(leads.map(({ email }) => email));
    const ofLivingLeads = [...this.interactions].map(([notes, possible]) => {
      const isLeadThere = possible.some((state) => state !== null && emails.has(state.leadEmail));
      return [notes, isLeadThere ? possible : [null]] as const;
    });
    return [
      ...differences(
        'lead',
        this.leads,
        leads.map(({ email, ...state }) => [email, state]),
      ),
      ...differences(
        'interaction',
        ofLivingLeads,
        interactions.map(({ notes, type, date, leadEmail }) => [notes, { leadEmail, type, date }]),
      ),
    ];
  }
}

function differences<State extends object>(
  kind: string,
  expected: Iterable<readonly [string, Possible<State>]>,
  stored: readonly (readonly [string, State])[],
): string[] {
  const text = (state: State | null) =>
    state === null ? 'none' : JSON.stringify(Object.entries(state).sort(([a], [b]) => a.localeCompare(b)));
  const found = new Map<string, string[]>();
  for (const [name, state] of stored) found.set(name, [...(found.get(name) ?? []), text(state)]);
  const wrong: string[] = [];
  for (const [name, possible] of expected) {
    const states = found.get(name) ?? ['none'];
    found.delete(name);
    if (states.length > 1 || !possible.map(text).includes(states[0] ?? '')) {
      wrong.push(`${kind} ${name}: ${states.join(' and ')} instead of ${possible.map(text).join(' or ')}`);
    }
  }
  return [...wrong, ...[...found.keys()].map((name) => `${kind} ${name}, which no response has confirmed`)];
}

/**
 * Returns leads whose stored score differs from the formula for their stored data, at the instant of the
 * score.
 */
export async function wrongScores(connection: Connection): Promise<string[]> {
  const leads = await connection.rows<{
    id: number;
    budget: number | null;
    status: string;
    activityScore: number | null;
    scoreCalculatedAt: Date | null;
  }>(
    'SELECT id, budget::float8 AS budget, status, "activityScore", "scoreCalculatedAt" FROM leads ORDER BY id',
  );
  const interactions = await connection.rows<{ leadId: number; type: ScoredInteraction['type']; date: Date }>(
    'SELECT "leadId", type, date FROM interactions',
  );
  return leads.flatMap(({ activityScore, scoreCalculatedAt, ...lead }) => {
    if (scoreCalculatedAt === null) return [`lead ${lead.id} has no score`];
    const own = interactions.filter(({ leadId }) => leadId === lead.id);
    const right = calculateActivityScore(lead, own, scoreCalculatedAt).activityScore;
    return activityScore === right
      ? []
      : [`lead ${lead.id} has ${String(activityScore)} instead of ${right}`];
  });
}
