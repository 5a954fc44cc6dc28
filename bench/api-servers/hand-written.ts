import DataLoader from 'dataloader';
import pg from 'pg';

/** The schema that each hand-written server implements. */
export const TYPE_DEFS = `
  scalar DateTime
  enum InteractionType { call email meeting }
  type Interaction { id: ID!, type: InteractionType!, date: DateTime!, notes: String }
  type Lead {
    id: ID!, firstName: String!, lastName: String!, email: String!, company: String, status: String!
    activityScore: Int, scoreCalculatedAt: DateTime, summary: String
    lastInteractions(first: Int!): [Interaction!]!
  }
  type Query { topLeads(first: Int!): [Lead!]! }`;

const READ_LEADS = `
  SELECT id, "firstName", "lastName", email, company, status, "activityScore", "scoreCalculatedAt", summary
  FROM leads JOIN lead_scores ON "leadId" = id
  WHERE score IS NOT NULL ORDER BY score DESC, "leadId" DESC LIMIT $1`;

const READ_INTERACTIONS = `
  SELECT latest.*
  FROM unnest($1::int[]) AS requested ("leadId"), LATERAL (
    SELECT id, "leadId", type, date, notes FROM interactions
    WHERE interactions."leadId" = requested."leadId" ORDER BY date DESC, id DESC LIMIT $2
  ) AS latest`;

interface LeadRow {
  readonly id: number;
}

interface InteractionRow {
  readonly leadId: number;
}

interface Key {
  readonly leadId: number;
  readonly first: number;
}

/** The context of a request. */
export interface Context {
  readonly interactions: DataLoader<Key, InteractionRow[]>;
}

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

export const makeContext = (): Context => ({ interactions: new DataLoader(readInteractions) });

/** All keys of a request have the same `first`. */
async function readInteractions(keys: readonly Key[]): Promise<InteractionRow[][]> {
  const byLead = new Map<number, InteractionRow[]>(keys.map(({ leadId }) => [leadId, []]));
  const { rows } = await pool.query<InteractionRow>(READ_INTERACTIONS, [
    keys.map(({ leadId }) => leadId),
    keys[0]?.first,
  ]);
  for (const row of rows) byLead.get(row.leadId)?.push(row);
  return keys.map(({ leadId }) => byLead.get(leadId) ?? []);
}

/** Without `DateTime`: the servers use different copies of the graphql package. */
export const RESOLVERS = {
  Query: {
    topLeads: async (_: unknown, { first }: { first: number }): Promise<LeadRow[]> =>
      (await pool.query<LeadRow>(READ_LEADS, [first])).rows,
  },
  Lead: {
    lastInteractions: ({ id }: LeadRow, { first }: { first: number }, context: Context) =>
      context.interactions.load({ leadId: id, first }),
  },
};
