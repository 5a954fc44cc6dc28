import path from 'node:path';
import { SERVER } from './server-under-test.js';

/** A server, and how it is asked for the leads with the highest score, each with its last interactions. */
export interface ServerUnderComparison {
  readonly name: string;
  readonly program: string;
  readonly query: string;
  /** The leads in its answer, in their order. */
  readonly leadsOf: (data: unknown) => readonly AnsweredLead[];
}

/** Enough to tell whether two servers answer the same. */
interface AnsweredLead {
  readonly id: string | number;
  readonly interactions: readonly { readonly id: string | number }[];
}

/** With every query. */
export const VARIABLES = { leads: 50, interactions: 5 };

const VARIABLE_TYPES = '$leads: Int!, $interactions: Int!';
const LEAD = 'id firstName lastName email company status activityScore scoreCalculatedAt summary';
const INTERACTION = 'id type date notes';

interface Nodes<Node> {
  readonly nodes: readonly Node[];
}

/** What all that are written by hand have in common. */
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

/** PostGraphile makes its API of the tables; that scores belong to leads, no foreign key tells it. */
export const TELL_POSTGRAPHILE = `COMMENT ON TABLE lead_scores IS E'@foreignKey ("leadId") references leads (id)'`;

function programOf(name: string): string {
  return path.resolve(import.meta.dirname, '..', 'api-servers', `${name}.js`);
}
