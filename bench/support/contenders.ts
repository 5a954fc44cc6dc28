import path from 'node:path';
import { SERVER } from './server-under-test.js';

/** A server, and its query for the leads with the highest scores, each with its latest interactions. */
export interface ServerUnderComparison {
  readonly name: string;
  readonly program: string;
  readonly query: string;
  /** Returns the leads in the response, in their order. */
  readonly leadsOf: (data: unknown) => readonly AnsweredLead[];
}

/** Enough fields to check that two servers return the same result. */
interface AnsweredLead {
  readonly id: string | number;
  readonly interactions: readonly { readonly id: string | number }[];
}

/** The variables of every query. */
export const VARIABLES = { leads: 50, interactions: 5 };

const VARIABLE_TYPES = '$leads: Int!, $interactions: Int!';
const LEAD = 'id firstName lastName email company status activityScore scoreCalculatedAt summary';
const INTERACTION = 'id type date notes';

interface Nodes<Node> {
  readonly nodes: readonly Node[];
}

/** The common parts of hand-written servers. */
const byHand = (name: string, program: string): ServerUnderComparison => ({
  name,
  program: programOf(program),
  query: `query (${VARIABLE_TYPES}) {
    topLeads(first: $leads) { ${LEAD} lastInteractions(first: $interactions) { ${INTERACTION} } } }`,
  leadsOf: (data) =>
    (data as { topLeads: { id: string; lastInteractions: { id: string }[] }[] }).topLeads.map(
      ({ id, lastInteractions }) => ({ id, interactions: lastInteractions }),
    ),
});

export const BASELINE = 'bare Apollo Server';

export const CONTENDERS: readonly ServerUnderComparison[] = [
  {
    name: 'this server',
    program: SERVER,
    query: `query (${VARIABLE_TYPES}) {
      leadsConnection(first: $leads) {
        nodes { ${LEAD} interactionsConnection(first: $interactions) { nodes { ${INTERACTION} } } } } }`,
    leadsOf: (data) =>
      (
        data as { leadsConnection: Nodes<{ id: string; interactionsConnection: Nodes<{ id: string }> }> }
      ).leadsConnection.nodes.map(({ id, interactionsConnection }) => ({
        id,
        interactions: interactionsConnection.nodes,
      })),
  },
  byHand(BASELINE, 'bare-apollo'),
  byHand('GraphQL Yoga', 'yoga'),
  byHand('Mercurius with JIT', 'mercurius'),
  {
    name: 'PostGraphile 4',
    program: programOf('postgraphile'),
    query: `query (${VARIABLE_TYPES}) {
      allLeadScores(first: $leads, orderBy: [SCORE_DESC, LEAD_ID_DESC]) {
        nodes { leadByLeadId { ${LEAD} interactionsByLeadId(first: $interactions, orderBy: [DATE_DESC, ID_DESC]) {
          nodes { ${INTERACTION} } } } } } }`,
    leadsOf: (data) =>
      (
        data as {
          allLeadScores: Nodes<{ leadByLeadId: { id: number; interactionsByLeadId: Nodes<{ id: number }> } }>;
        }
      ).allLeadScores.nodes.map(({ leadByLeadId: { id, interactionsByLeadId } }) => ({
        id,
        interactions: interactionsByLeadId.nodes,
      })),
  },
];

/**
 * PostGraphile derives its API from the tables. No foreign key connects scores and leads, so this comment
 * declares one.
 */
export const TELL_POSTGRAPHILE = `COMMENT ON TABLE lead_scores IS E'@foreignKey ("leadId") references leads (id)'`;

function programOf(name: string): string {
  return path.resolve(import.meta.dirname, '..', 'api-servers', `${name}.js`);
}
