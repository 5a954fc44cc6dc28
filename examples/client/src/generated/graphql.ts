/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** A range of budgets, both limits included. */
export type BudgetRangeInput = {
  /** The highest budget. Absent: no upper limit. */
  max?: number | null | undefined;
  /** The lowest budget. Absent: no lower limit. */
  min?: number | null | undefined;
};

/** A new interaction with a lead. */
export type CreateInteractionInput = {
  /** The date and time of the contact, in the past or future. */
  date: string;
  /** The party that made contact. Null or absent: unknown. */
  direction?: InteractionDirection | null | undefined;
  /** The id of the interaction in another system, unique together with `externalSource`. A single line of at most 255 characters. Requires the other of the two fields. */
  externalId?: string | null | undefined;
  /** The name of the system that `externalId` comes from, such as `hubspot`. Stored in lower case: the letters a to z, digits, dots, hyphens and underscores, at most 64 characters. Requires the other of the two fields. */
  externalSource?: string | null | undefined;
  /** The id of the lead. */
  leadId: number;
  /** Notes on the contact. At most 10000 characters. */
  notes?: string | null | undefined;
  /** The type of contact. */
  type: InteractionType;
};

/** The party that made contact. */
export type InteractionDirection =
  /** The lead. */
  | 'INBOUND'
  /** The sales team. An outbound e-mail does not count as a contact, because the lead has not answered it. */
  | 'OUTBOUND';

/** The type of contact. */
export type InteractionType =
  /** A telephone or video call. */
  | 'CALL'
  /** An e-mail, in either direction. */
  | 'EMAIL'
  /** A meeting in person. */
  | 'MEETING';

/** Conditions on leads, combined with AND. A condition that is absent or null does not apply. */
export type LeadFilterInput = {
  /** The score band. Only open leads have one. */
  band?: ScoreBand | null | undefined;
  /** A range of budgets. */
  budget?: BudgetRangeInput | null | undefined;
  /** The company. Case and accents are ignored. */
  company?: string | null | undefined;
  /** Whether the lead is open: neither won nor lost. */
  isOpen?: boolean | null | undefined;
  /** Whether the score is stale, as in `Lead.isScoreStale`. */
  isScoreStale?: boolean | null | undefined;
  /** Whether the score was ever calculated. */
  isScored?: boolean | null | undefined;
  /** Leads whose latest contact that counts towards the score is later than this. */
  lastContactAfter?: string | null | undefined;
  /** Leads whose latest contact that counts towards the score is earlier than this. */
  lastContactBefore?: string | null | undefined;
  /** The location. Case and accents are ignored. */
  location?: string | null | undefined;
  /** A range of activity scores. */
  score?: ScoreRangeInput | null | undefined;
  /** Words to find in the name, the e-mail address or the company. All words must match. Case and accents are ignored: `jose` matches `José`, `strasse` matches `Straße`. A word of three or more characters also matches inside a longer word. A shorter one matches only the beginning of a word. */
  search?: string | null | undefined;
  /** Leads with one of these sources, compared in the same way as statuses. An unknown source matches no lead. */
  source?: Array<string> | null | undefined;
  /** Leads with one of these statuses. Case is ignored, and spaces and hyphens match underscores, as in the score. An unknown status matches no lead. */
  status?: Array<string> | null | undefined;
};

/** The fields that leads can be sorted by. */
export type LeadOrderField =
  /** The budget. */
  | 'BUDGET'
  /** The creation time. */
  | 'CREATED_AT'
  /** The latest contact that counts towards the score. */
  | 'LAST_CONTACT_AT'
  /** Family name, then given name. Case is ignored. */
  | 'NAME'
  /** The activity score. */
  | 'SCORE';

/** The sort order of leads. Leads with equal values are sorted by id in the same direction. */
export type LeadOrderInput = {
  /** The sort direction. */
  direction: OrderDirection;
  /** The field to sort by. */
  field: LeadOrderField;
};

/** The sort direction. Leads without a value come last in both directions. */
export type OrderDirection =
  /** Ascending: the smallest, earliest or alphabetically first value comes first. */
  | 'ASC'
  /** Descending: the greatest, latest or alphabetically last value comes first. */
  | 'DESC';

/** The status of a recalculation. */
export type RecalculationStatus =
  /** The recalculation was cancelled and rolled back. */
  | 'CANCELLED'
  /** The recalculation failed and was rolled back. The field `error` has the reason. */
  | 'FAILED'
  /** The process or its database connection was lost. The recalculation was rolled back. */
  | 'INTERRUPTED'
  /** The recalculation is in progress. */
  | 'RUNNING'
  /** The scores are saved, except those of the leads that failed. */
  | 'SUCCEEDED';

/** A rating of open leads by score. Closed leads, won or lost, have no band. `Lead.scoreBand` is null if the score was never calculated; filters and statistics call such leads UNSCORED. The scoring rules define the lowest scores of HOT and WARM. */
export type ScoreBand =
  /** A score below WARM. */
  | 'COLD'
  /** A score of 70 or more, unless the scoring rules define another limit. */
  | 'HOT'
  /** The score was never calculated. */
  | 'UNSCORED'
  /** A score from 40 up to HOT, unless the scoring rules define another limit. */
  | 'WARM';

/** A range of scores, both limits included. */
export type ScoreRangeInput = {
  /** The highest score. Absent: no upper limit. */
  max?: number | null | undefined;
  /** The lowest score. Absent: no lower limit. */
  min?: number | null | undefined;
};

/** The author of a summary. */
export type SummarySource =
  /** A language model, based on the facts of the lead and the notes of its interactions. */
  | 'MODEL'
  /** The built-in template, based only on the facts of the lead. No model is called. */
  | 'TEMPLATE';

export type LeadQueryVariables = Exact<{
  id: number;
}>;


export type LeadQuery = { lead: { ' $fragmentRefs'?: { 'LeadCardFragment': LeadCardFragment } } | null };

export type RegenerateSummaryMutationVariables = Exact<{
  id: number;
}>;


export type RegenerateSummaryMutation = { regenerateSummary: { ' $fragmentRefs'?: { 'LeadCardFragment': LeadCardFragment } } };

export type AddInteractionMutationVariables = Exact<{
  interaction: CreateInteractionInput;
}>;


export type AddInteractionMutation = { createInteraction: { id: string } };

export type LeadCardFragment = { id: string, firstName: string, lastName: string, company: string | null, status: string, summary: string | null, summarySource: SummarySource | null, summaryGeneratedAt: string | null, activityScore: number | null, scoreCalculatedAt: string | null, scoreBreakdown: { recency: { ' $fragmentRefs'?: { 'ScoreReasonFragment': ScoreReasonFragment } }, engagement: { ' $fragmentRefs'?: { 'ScoreReasonFragment': ScoreReasonFragment } }, budget: { ' $fragmentRefs'?: { 'ScoreReasonFragment': ScoreReasonFragment } }, status: { ' $fragmentRefs'?: { 'ScoreReasonFragment': ScoreReasonFragment } } } | null } & { ' $fragmentName'?: 'LeadCardFragment' };

export type ScoreReasonFragment = { points: number, cap: number, reason: string } & { ' $fragmentName'?: 'ScoreReasonFragment' };

export type LeadListQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter: LeadFilterInput;
  orderBy: LeadOrderInput;
  isFirstPage: boolean;
}>;


export type LeadListQuery = { leadsConnection: { totalCount?: number, nodes: Array<(
      { id: string }
      & { ' $fragmentRefs'?: { 'LeadCardFragment': LeadCardFragment } }
    )>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RunProgressFragment = { id: string, status: RecalculationStatus, endedAt: string | null, totalCount: number, calculatedCount: number, savedCount: number, failedCount: number, error: string | null } & { ' $fragmentName'?: 'RunProgressFragment' };

export type LatestRunQueryVariables = Exact<{ [key: string]: never; }>;


export type LatestRunQuery = { recalculations: { nodes: Array<{ ' $fragmentRefs'?: { 'RunProgressFragment': RunProgressFragment } }> } };

export type RecalculationProgressSubscriptionVariables = Exact<{
  id?: string | number | null | undefined;
}>;


export type RecalculationProgressSubscription = { recalculationProgress: { ' $fragmentRefs'?: { 'RunProgressFragment': RunProgressFragment } } };

export type RecalculateAllMutationVariables = Exact<{ [key: string]: never; }>;


export type RecalculateAllMutation = { recalculateAllScores: { recalculationId: string, count: number, failedCount: number } };

export const ScoreReasonFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScoreReason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ScoreFactor"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"points"}},{"kind":"Field","name":{"kind":"Name","value":"cap"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]} as unknown as DocumentNode<ScoreReasonFragment, unknown>;
export const LeadCardFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LeadCard"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Lead"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"company"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"summarySource"}},{"kind":"Field","name":{"kind":"Name","value":"summaryGeneratedAt"}},{"kind":"Field","name":{"kind":"Name","value":"activityScore"}},{"kind":"Field","name":{"kind":"Name","value":"scoreCalculatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scoreBreakdown"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recency"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"engagement"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScoreReason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ScoreFactor"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"points"}},{"kind":"Field","name":{"kind":"Name","value":"cap"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]} as unknown as DocumentNode<LeadCardFragment, unknown>;
export const RunProgressFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunProgress"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recalculation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"calculatedCount"}},{"kind":"Field","name":{"kind":"Name","value":"savedCount"}},{"kind":"Field","name":{"kind":"Name","value":"failedCount"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}}]} as unknown as DocumentNode<RunProgressFragment, unknown>;
export const LeadDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Lead"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lead"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LeadCard"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScoreReason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ScoreFactor"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"points"}},{"kind":"Field","name":{"kind":"Name","value":"cap"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LeadCard"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Lead"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"company"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"summarySource"}},{"kind":"Field","name":{"kind":"Name","value":"summaryGeneratedAt"}},{"kind":"Field","name":{"kind":"Name","value":"activityScore"}},{"kind":"Field","name":{"kind":"Name","value":"scoreCalculatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scoreBreakdown"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recency"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"engagement"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}}]}}]}}]} as unknown as DocumentNode<LeadQuery, LeadQueryVariables>;
export const RegenerateSummaryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RegenerateSummary"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"regenerateSummary"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LeadCard"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScoreReason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ScoreFactor"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"points"}},{"kind":"Field","name":{"kind":"Name","value":"cap"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LeadCard"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Lead"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"company"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"summarySource"}},{"kind":"Field","name":{"kind":"Name","value":"summaryGeneratedAt"}},{"kind":"Field","name":{"kind":"Name","value":"activityScore"}},{"kind":"Field","name":{"kind":"Name","value":"scoreCalculatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scoreBreakdown"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recency"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"engagement"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}}]}}]}}]} as unknown as DocumentNode<RegenerateSummaryMutation, RegenerateSummaryMutationVariables>;
export const AddInteractionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddInteraction"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"interaction"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateInteractionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createInteraction"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"createInteractionInput"},"value":{"kind":"Variable","name":{"kind":"Name","value":"interaction"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<AddInteractionMutation, AddInteractionMutationVariables>;
export const LeadListDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LeadList"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LeadFilterInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LeadOrderInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"isFirstPage"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"leadsConnection"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"LeadCard"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"isFirstPage"}}}]}]}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScoreReason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ScoreFactor"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"points"}},{"kind":"Field","name":{"kind":"Name","value":"cap"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LeadCard"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Lead"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"company"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"summarySource"}},{"kind":"Field","name":{"kind":"Name","value":"summaryGeneratedAt"}},{"kind":"Field","name":{"kind":"Name","value":"activityScore"}},{"kind":"Field","name":{"kind":"Name","value":"scoreCalculatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scoreBreakdown"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recency"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"engagement"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScoreReason"}}]}}]}}]}}]} as unknown as DocumentNode<LeadListQuery, LeadListQueryVariables>;
export const LatestRunDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LatestRun"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recalculations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunProgress"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunProgress"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recalculation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"calculatedCount"}},{"kind":"Field","name":{"kind":"Name","value":"savedCount"}},{"kind":"Field","name":{"kind":"Name","value":"failedCount"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}}]} as unknown as DocumentNode<LatestRunQuery, LatestRunQueryVariables>;
export const RecalculationProgressDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"RecalculationProgress"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recalculationProgress"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunProgress"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunProgress"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recalculation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"calculatedCount"}},{"kind":"Field","name":{"kind":"Name","value":"savedCount"}},{"kind":"Field","name":{"kind":"Name","value":"failedCount"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}}]} as unknown as DocumentNode<RecalculationProgressSubscription, RecalculationProgressSubscriptionVariables>;
export const RecalculateAllDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecalculateAll"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recalculateAllScores"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recalculationId"}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"failedCount"}}]}}]}}]} as unknown as DocumentNode<RecalculateAllMutation, RecalculateAllMutationVariables>;