/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Budgets from one to another, both included. */
export type BudgetRangeInput = {
  /** The highest; without it, any. */
  max?: number | null | undefined;
  /** The lowest; without it, any. */
  min?: number | null | undefined;
};

/** A new interaction with a lead. */
export type CreateInteractionInput = {
  /** When it happened, or will. */
  date: string;
  /** Who got in touch; null or absent: unknown. */
  direction?: InteractionDirection | null | undefined;
  /** The id of the lead. */
  leadId: number;
  /** What was said; at most 10000 characters. */
  notes?: string | null | undefined;
  /** What kind of contact it was. */
  type: InteractionType;
};

/** Who got in touch. */
export type InteractionDirection =
  /** The lead. */
  | 'INBOUND'
  /** The sales team. An outbound e-mail is no contact: the lead has not answered it. */
  | 'OUTBOUND';

/** What kind of contact it was. */
export type InteractionType =
  /** A telephone or video call. */
  | 'CALL'
  /** An e-mail, in either direction. */
  | 'EMAIL'
  /** A meeting in person. */
  | 'MEETING';

/** What leads have to be like: all of it at once. What is absent or null does not matter. */
export type LeadFilterInput = {
  /** The band of their score. Only open leads have one. */
  band?: ScoreBand | null | undefined;
  /** Their budget. */
  budget?: BudgetRangeInput | null | undefined;
  /** The company, whatever its letter case and accents. */
  company?: string | null | undefined;
  /** Whether they are still worked on: neither won nor lost. */
  isOpen?: boolean | null | undefined;
  /** As the field of the same name. */
  isScoreStale?: boolean | null | undefined;
  /** Whether their score was ever calculated. */
  isScored?: boolean | null | undefined;
  /** The latest contact that their score counts is later than this. */
  lastContactAfter?: string | null | undefined;
  /** The latest contact that their score counts is earlier than this. */
  lastContactBefore?: string | null | undefined;
  /** The location, whatever its letter case and accents. */
  location?: string | null | undefined;
  /** Their activity score. */
  score?: ScoreRangeInput | null | undefined;
  /** Words that are in the name, the e-mail address or the company, each of them, whatever their letter case and accents: `jose` finds `José`, `strasse` finds `Straße`. Parts of words will do; of one or two characters, beginnings. */
  search?: string | null | undefined;
  /** Where they came from: one of these, compared as statuses are. A source that no lead has finds none. */
  source?: Array<string> | null | undefined;
  /** Where they stand: one of these, compared as for the score: whatever their letter case, with spaces and hyphens read as underscores. A status that no lead has finds none. */
  status?: Array<string> | null | undefined;
};

/** What leads are ordered by. */
export type LeadOrderField =
  /** Their budget. */
  | 'BUDGET'
  /** When they were created. */
  | 'CREATED_AT'
  /** The latest contact that their score counts. */
  | 'LAST_CONTACT_AT'
  /** Family name, then given name, whatever their letter case. */
  | 'NAME'
  /** Their activity score. */
  | 'SCORE';

/** The order of leads. Those that have the same are ordered by id, in the same direction. */
export type LeadOrderInput = {
  /** In which direction. */
  direction: OrderDirection;
  /** What they are ordered by. */
  field: LeadOrderField;
};

/** In which direction. Leads without a value come last in both. */
export type OrderDirection =
  /** The smallest, earliest or alphabetically first comes first. */
  | 'ASC'
  /** The greatest, latest or alphabetically last comes first. */
  | 'DESC';

/** How a recalculation goes, or ended. */
export type RecalculationStatus =
  /** Somebody stopped it, and it was rolled back. */
  | 'CANCELLED'
  /** It was rolled back; `error` says why. */
  | 'FAILED'
  /** Its process or its connection is gone. It was rolled back. */
  | 'INTERRUPTED'
  /** It is under way. */
  | 'RUNNING'
  /** Its scores are saved, but for the leads that failed. */
  | 'SUCCEEDED';

/** How promising open leads are. Closed leads, won or lost, have no band. `Lead.scoreBand` is null if the score was never calculated; filters and statistics name such leads UNSCORED. The setting SCORE_BANDS has the lowest scores of HOT and WARM. */
export type ScoreBand =
  /** A score below WARM. */
  | 'COLD'
  /** A score from 70 on, unless the setting says otherwise. */
  | 'HOT'
  /** The score was never calculated. */
  | 'UNSCORED'
  /** A score from 40 on and below HOT, unless the setting says otherwise. */
  | 'WARM';

/** Scores from one to another, both included. */
export type ScoreRangeInput = {
  /** The highest; without it, any. */
  max?: number | null | undefined;
  /** The lowest; without it, any. */
  min?: number | null | undefined;
};

/** Who wrote a summary. */
export type SummarySource =
  /** A language model, from the facts of the lead and the notes of its interactions. */
  | 'MODEL'
  /** The built-in template, from the facts of the lead alone: no model was asked. */
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