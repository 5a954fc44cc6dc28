/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Lead($id: Int!) {\n    lead(id: $id) {\n      ...LeadCard\n    }\n  }\n": typeof types.LeadDocument,
    "\n  mutation RegenerateSummary($id: Int!) {\n    regenerateSummary(id: $id) {\n      ...LeadCard\n    }\n  }\n": typeof types.RegenerateSummaryDocument,
    "\n  mutation AddInteraction($interaction: CreateInteractionInput!) {\n    createInteraction(createInteractionInput: $interaction) {\n      id\n    }\n  }\n": typeof types.AddInteractionDocument,
    "\n  fragment LeadCard on Lead {\n    id\n    firstName\n    lastName\n    company\n    status\n    summary\n    summarySource\n    summaryGeneratedAt\n    activityScore\n    scoreCalculatedAt\n    scoreBreakdown {\n      recency {\n        ...ScoreReason\n      }\n      engagement {\n        ...ScoreReason\n      }\n      budget {\n        ...ScoreReason\n      }\n      status {\n        ...ScoreReason\n      }\n    }\n  }\n": typeof types.LeadCardFragmentDoc,
    "\n  fragment ScoreReason on ScoreFactor {\n    points\n    cap\n    reason\n  }\n": typeof types.ScoreReasonFragmentDoc,
    "\n  query LeadList(\n    $first: Int!\n    $after: String\n    $filter: LeadFilterInput!\n    $orderBy: LeadOrderInput!\n    $isFirstPage: Boolean!\n  ) {\n    leadsConnection(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {\n      nodes {\n        id\n        ...LeadCard\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount @include(if: $isFirstPage)\n    }\n  }\n": typeof types.LeadListDocument,
    "\n  fragment RunProgress on Recalculation {\n    id\n    status\n    endedAt\n    totalCount\n    calculatedCount\n    savedCount\n    failedCount\n    error\n  }\n": typeof types.RunProgressFragmentDoc,
    "\n  query LatestRun {\n    recalculations(first: 1) {\n      nodes {\n        ...RunProgress\n      }\n    }\n  }\n": typeof types.LatestRunDocument,
    "\n  subscription RecalculationProgress($id: ID) {\n    recalculationProgress(id: $id) {\n      ...RunProgress\n    }\n  }\n": typeof types.RecalculationProgressDocument,
    "\n  mutation RecalculateAll {\n    recalculateAllScores {\n      recalculationId\n      count\n      failedCount\n    }\n  }\n": typeof types.RecalculateAllDocument,
};
const documents: Documents = {
    "\n  query Lead($id: Int!) {\n    lead(id: $id) {\n      ...LeadCard\n    }\n  }\n": types.LeadDocument,
    "\n  mutation RegenerateSummary($id: Int!) {\n    regenerateSummary(id: $id) {\n      ...LeadCard\n    }\n  }\n": types.RegenerateSummaryDocument,
    "\n  mutation AddInteraction($interaction: CreateInteractionInput!) {\n    createInteraction(createInteractionInput: $interaction) {\n      id\n    }\n  }\n": types.AddInteractionDocument,
    "\n  fragment LeadCard on Lead {\n    id\n    firstName\n    lastName\n    company\n    status\n    summary\n    summarySource\n    summaryGeneratedAt\n    activityScore\n    scoreCalculatedAt\n    scoreBreakdown {\n      recency {\n        ...ScoreReason\n      }\n      engagement {\n        ...ScoreReason\n      }\n      budget {\n        ...ScoreReason\n      }\n      status {\n        ...ScoreReason\n      }\n    }\n  }\n": types.LeadCardFragmentDoc,
    "\n  fragment ScoreReason on ScoreFactor {\n    points\n    cap\n    reason\n  }\n": types.ScoreReasonFragmentDoc,
    "\n  query LeadList(\n    $first: Int!\n    $after: String\n    $filter: LeadFilterInput!\n    $orderBy: LeadOrderInput!\n    $isFirstPage: Boolean!\n  ) {\n    leadsConnection(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {\n      nodes {\n        id\n        ...LeadCard\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount @include(if: $isFirstPage)\n    }\n  }\n": types.LeadListDocument,
    "\n  fragment RunProgress on Recalculation {\n    id\n    status\n    endedAt\n    totalCount\n    calculatedCount\n    savedCount\n    failedCount\n    error\n  }\n": types.RunProgressFragmentDoc,
    "\n  query LatestRun {\n    recalculations(first: 1) {\n      nodes {\n        ...RunProgress\n      }\n    }\n  }\n": types.LatestRunDocument,
    "\n  subscription RecalculationProgress($id: ID) {\n    recalculationProgress(id: $id) {\n      ...RunProgress\n    }\n  }\n": types.RecalculationProgressDocument,
    "\n  mutation RecalculateAll {\n    recalculateAllScores {\n      recalculationId\n      count\n      failedCount\n    }\n  }\n": types.RecalculateAllDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Lead($id: Int!) {\n    lead(id: $id) {\n      ...LeadCard\n    }\n  }\n"): (typeof documents)["\n  query Lead($id: Int!) {\n    lead(id: $id) {\n      ...LeadCard\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RegenerateSummary($id: Int!) {\n    regenerateSummary(id: $id) {\n      ...LeadCard\n    }\n  }\n"): (typeof documents)["\n  mutation RegenerateSummary($id: Int!) {\n    regenerateSummary(id: $id) {\n      ...LeadCard\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddInteraction($interaction: CreateInteractionInput!) {\n    createInteraction(createInteractionInput: $interaction) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation AddInteraction($interaction: CreateInteractionInput!) {\n    createInteraction(createInteractionInput: $interaction) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment LeadCard on Lead {\n    id\n    firstName\n    lastName\n    company\n    status\n    summary\n    summarySource\n    summaryGeneratedAt\n    activityScore\n    scoreCalculatedAt\n    scoreBreakdown {\n      recency {\n        ...ScoreReason\n      }\n      engagement {\n        ...ScoreReason\n      }\n      budget {\n        ...ScoreReason\n      }\n      status {\n        ...ScoreReason\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment LeadCard on Lead {\n    id\n    firstName\n    lastName\n    company\n    status\n    summary\n    summarySource\n    summaryGeneratedAt\n    activityScore\n    scoreCalculatedAt\n    scoreBreakdown {\n      recency {\n        ...ScoreReason\n      }\n      engagement {\n        ...ScoreReason\n      }\n      budget {\n        ...ScoreReason\n      }\n      status {\n        ...ScoreReason\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ScoreReason on ScoreFactor {\n    points\n    cap\n    reason\n  }\n"): (typeof documents)["\n  fragment ScoreReason on ScoreFactor {\n    points\n    cap\n    reason\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LeadList(\n    $first: Int!\n    $after: String\n    $filter: LeadFilterInput!\n    $orderBy: LeadOrderInput!\n    $isFirstPage: Boolean!\n  ) {\n    leadsConnection(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {\n      nodes {\n        id\n        ...LeadCard\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount @include(if: $isFirstPage)\n    }\n  }\n"): (typeof documents)["\n  query LeadList(\n    $first: Int!\n    $after: String\n    $filter: LeadFilterInput!\n    $orderBy: LeadOrderInput!\n    $isFirstPage: Boolean!\n  ) {\n    leadsConnection(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {\n      nodes {\n        id\n        ...LeadCard\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount @include(if: $isFirstPage)\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment RunProgress on Recalculation {\n    id\n    status\n    endedAt\n    totalCount\n    calculatedCount\n    savedCount\n    failedCount\n    error\n  }\n"): (typeof documents)["\n  fragment RunProgress on Recalculation {\n    id\n    status\n    endedAt\n    totalCount\n    calculatedCount\n    savedCount\n    failedCount\n    error\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LatestRun {\n    recalculations(first: 1) {\n      nodes {\n        ...RunProgress\n      }\n    }\n  }\n"): (typeof documents)["\n  query LatestRun {\n    recalculations(first: 1) {\n      nodes {\n        ...RunProgress\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RecalculationProgress($id: ID) {\n    recalculationProgress(id: $id) {\n      ...RunProgress\n    }\n  }\n"): (typeof documents)["\n  subscription RecalculationProgress($id: ID) {\n    recalculationProgress(id: $id) {\n      ...RunProgress\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RecalculateAll {\n    recalculateAllScores {\n      recalculationId\n      count\n      failedCount\n    }\n  }\n"): (typeof documents)["\n  mutation RecalculateAll {\n    recalculateAllScores {\n      recalculationId\n      count\n      failedCount\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;