import type { ApolloClient } from '@apollo/client';
import { dataOf } from '../api/data-of.js';
import { getFragmentData, graphql } from '../generated/index.js';
import type { InteractionDirection, InteractionType, LeadCardFragment } from '../generated/graphql.js';
import { LEAD_CARD } from './lead-card.js';

const LEAD = graphql(`
  query Lead($id: Int!) {
    lead(id: $id) {
      ...LeadCard
    }
  }
`);

const REGENERATE_SUMMARY = graphql(`
  mutation RegenerateSummary($id: Int!) {
    regenerateSummary(id: $id) {
      ...LeadCard
    }
  }
`);

const ADD_INTERACTION = graphql(`
  mutation AddInteraction($interaction: CreateInteractionInput!) {
    createInteraction(createInteractionInput: $interaction) {
      id
    }
  }
`);

export interface NewInteraction {
  readonly type: InteractionType;
  /** Whether the lead or the team got in touch; null: unknown. */
  readonly direction: InteractionDirection | null;
  /** ISO 8601. */
  readonly date: string;
  readonly notes: string;
}

export const INTERACTION_TYPES: Readonly<Record<InteractionType, string>> = {
  CALL: 'Call',
  EMAIL: 'E-mail',
  MEETING: 'Meeting',
};

/** `UNKNOWN` is null in the API. */
export const DIRECTIONS: Readonly<Record<InteractionDirection | 'UNKNOWN', string>> = {
  UNKNOWN: 'Not known',
  INBOUND: 'From the lead',
  OUTBOUND: 'To the lead',
};

/** Regenerates the summary of a lead. The response updates the card. */
export async function regenerateSummary(client: ApolloClient, leadId: string): Promise<LeadCardFragment> {
  try {
    const answer = await client.mutate({
      mutation: REGENERATE_SUMMARY,
      variables: { id: Number(leadId) },
    });
    return getFragmentData(LEAD_CARD, dataOf(answer).regenerateSummary);
  } catch (error) {
    // If the summary fails, the API has still saved the new score.
    await Promise.allSettled([readLead(client, leadId)]);
    throw error;
  }
}

/**
 * Records an interaction, and reads the resulting score: the response contains only the interaction.
 * @returns the updated lead; null: the interaction is recorded, but the lead could not be read
 */
export async function addInteraction(
  client: ApolloClient,
  leadId: string,
  { type, direction, date, notes }: NewInteraction,
): Promise<LeadCardFragment | null> {
  await client.mutate({
    mutation: ADD_INTERACTION,
    variables: {
      interaction: { leadId: Number(leadId), type, direction, date, notes: notes === '' ? null : notes },
    },
  });
  // If this error were thrown, the user would record the interaction a second time.
  return readLead(client, leadId).catch(() => null);
}

async function readLead(client: ApolloClient, leadId: string): Promise<LeadCardFragment | null> {
  const answer = await client.query({
    query: LEAD,
    variables: { id: Number(leadId) },
    fetchPolicy: 'network-only',
  });
  return getFragmentData(LEAD_CARD, dataOf(answer).lead);
}
