/** A document that runs unchanged, at least on the demo leads. */
export interface ReadyQuery {
  readonly title: string;
  /** Its purpose, in one line. */
  readonly about: string;
  /** One named operation: GraphiQL uses the name as the title of the tab. */
  readonly document: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface ReadyQueryGroup {
  /** The users or the topic of its queries. */
  readonly title: string;
  readonly queries: readonly ReadyQuery[];
}

/** The most common uses of the API. The first query opens in the first tab. */
export const READY_QUERIES: readonly ReadyQueryGroup[] = [
  {
    title: 'Lead list',
    queries: [
      {
        title: 'Leads by score',
        about: 'The ten most promising open leads.',
        document: `query LeadsByScore {
  leadsConnection(first: 10, filter: { isOpen: true }, orderBy: { field: SCORE, direction: DESC }) {
    nodes {
      id
      firstName
      lastName
      company
      status
      activityScore
      scoreBand
      scoreCalculatedAt
    }
    totalCount
  }
}
`,
      },
      {
        title: 'Find leads',
        about: 'Search, filter and order; for the next page, set "after" to the endCursor.',
        document: `query FindLeads($filter: LeadFilterInput, $orderBy: LeadOrderInput, $first: Int, $after: String) {
  leadsConnection(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes {
      id
      firstName
      lastName
      email
      company
      source
      status
      budget
      activityScore
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
`,
        variables: {
          filter: { search: 'example', isOpen: true, score: { min: 30 }, budget: { min: 10_000 } },
          orderBy: { field: 'LAST_CONTACT_AT', direction: 'DESC' },
          first: 5,
          after: null,
        },
      },
      {
        title: 'Leads to call again',
        about: 'Promising ones, the longest without contact first.',
        document: `query LeadsToCallAgain($score: ScoreRangeInput, $warm: Int!) {
  leadsConnection(
    filter: { isOpen: true, score: $score }
    orderBy: { field: LAST_CONTACT_AT, direction: ASC }
  ) {
    nodes {
      id
      firstName
      lastName
      phone
      status
      activityScore
      scoreFallsBelow(score: $warm)
      interactionsConnection(first: 1) {
        nodes {
          type
          date
          notes
        }
      }
    }
  }
}
`,
        variables: { score: { min: 30 }, warm: 40 },
      },
    ],
  },
  {
    title: 'One lead',
    queries: [
      {
        title: 'Lead card',
        about: 'Who a lead is, the summary, and why the score is what it is.',
        document: `query LeadCard($id: Int!) {
  lead(id: $id) {
    firstName
    lastName
    email
    company
    status
    budget
    summary
    summarySource
    summaryGeneratedAt
    activityScore
    scoreCalculatedAt
    isScoreStale
    scoreBreakdown {
      recency {
        ...Factor
      }
      engagement {
        ...Factor
      }
      budget {
        ...Factor
      }
      status {
        ...Factor
      }
    }
  }
}

fragment Factor on ScoreFactor {
  points
  cap
  reason
}
`,
        variables: { id: 1 },
      },
      {
        title: 'Score over time',
        about: 'Past and future in one series, with the interactions that make it jump.',
        document: `query ScoreOverTime($id: Int!, $from: DateTime!, $to: DateTime!, $points: Int) {
  lead(id: $id) {
    firstName
    lastName
    activityScore
    scoreTimeline(from: $from, to: $to, points: $points) {
      at
      before
      after
      cause {
        type
        date
      }
    }
  }
}
`,
        variables: { id: 1, from: '2026-11-01T00:00:00Z', to: '2027-03-01T00:00:00Z', points: 30 },
      },
      {
        title: 'Score at an instant',
        about: 'The score in the past and in the future, with its reasons.',
        document: `query ScoreAt($id: Int!, $at: DateTime!) {
  lead(id: $id) {
    activityScore
    scoreAt(at: $at) {
      score
      breakdown {
        recency {
          points
          reason
        }
        engagement {
          points
          reason
        }
      }
    }
  }
}
`,
        variables: { id: 1, at: '2027-01-01T00:00:00Z' },
      },
      {
        title: 'History of a lead',
        about: 'Changes and interactions, newest first, and what each did to the score.',
        document: `query LeadHistory($id: Int!) {
  lead(id: $id) {
    firstName
    lastName
    history(first: 20) {
      nodes {
        at
        kind
        statusBefore
        statusAfter
        budgetBefore
        budgetAfter
        scoreBefore
        scoreAfter
        interaction {
          type
        }
        by
      }
    }
  }
}
`,
        variables: { id: 1 },
      },
      {
        title: 'Interactions of a lead',
        about: 'Calls, e-mails and meetings, newest first.',
        document: `query InteractionsOfLead($id: Int!, $first: Int, $after: String, $filter: InteractionFilterInput) {
  lead(id: $id) {
    firstName
    lastName
    interactionsConnection(first: $first, after: $after, filter: $filter) {
      nodes {
        id
        type
        direction
        date
        notes
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
}
`,
        variables: { id: 1, first: 5, after: null, filter: null },
      },
      {
        title: 'What stands behind a summary',
        about: 'Headline, key points with their interactions, next step, model and cost.',
        document: `query SummaryOfLead($id: Int!) {
  lead(id: $id) {
    summary
    summaryDetail {
      headline
      keyPoints {
        text
        interactions {
          id
          date
        }
      }
      nextStep
      source
      model
      costUsd
      generatedAt
      isStale
      withheldInteractions {
        id
      }
    }
  }
}
`,
        variables: { id: 1 },
      },
    ],
  },
  {
    title: 'Changing leads',
    queries: [
      {
        title: 'Create a lead',
        about: 'It is scored at once. No two leads share an e-mail address.',
        document: `mutation CreateLead($lead: CreateLeadInput!) {
  createLead(createLeadInput: $lead) {
    id
    email
    status
    activityScore
  }
}
`,
        variables: {
          lead: {
            firstName: 'Grace',
            lastName: 'Hopper',
            email: 'grace.hopper@example.com',
            company: 'Harbour Compilers',
            source: 'referral',
            budget: 50_000,
          },
        },
      },
      {
        title: 'Record an interaction',
        about: 'The score of the lead follows at once.',
        document: `mutation CreateInteraction($interaction: CreateInteractionInput!) {
  createInteraction(createInteractionInput: $interaction) {
    id
    type
    direction
    date
    notes
    leadId
  }
}
`,
        variables: {
          interaction: {
            leadId: 2,
            type: 'CALL',
            direction: 'INBOUND',
            date: '2026-11-23T09:30:00Z',
            notes: 'Asked for an offer.',
          },
        },
      },
      {
        title: 'Move a lead on',
        about: 'Another status; the lead is rescored.',
        document: `mutation MoveLead($lead: UpdateLeadInput!) {
  updateLead(updateLeadInput: $lead) {
    id
    status
    activityScore
    scoreBreakdown {
      status {
        points
        cap
        reason
      }
    }
  }
}
`,
        variables: { lead: { id: 3, status: 'proposal' } },
      },
    ],
  },
  {
    title: 'Scores',
    queries: [
      {
        title: 'Pipeline in figures',
        about: 'Leads by status and source, open leads by score band, and averages.',
        document: `query PipelineInFigures {
  leadStats {
    totalCount
    byStatus {
      status
      count
    }
    bySource {
      source
      count
    }
    byScoreBand {
      band
      count
    }
    scoreHistogram {
      from
      to
      count
    }
    averages {
      score
      budget
    }
  }
}
`,
      },
      {
        title: 'Stale scores',
        about: 'Leads whose score a recalculation would change.',
        document: `query StaleScores {
  leadsConnection(filter: { isScoreStale: true }, first: 20) {
    nodes {
      id
      firstName
      lastName
      activityScore
      scoreCalculatedAt
    }
    totalCount
  }
}
`,
      },
      {
        title: 'Recalculate all scores',
        about: 'All at one instant; "onlyStale": true takes the stale ones alone.',
        document: `mutation RecalculateAllScores($onlyStale: Boolean!) {
  recalculateAllScores(onlyStale: $onlyStale) {
    recalculationId
    asOf
    count
    failedCount
    failures {
      leadId
      reason
    }
  }
}
`,
        variables: { onlyStale: false },
      },
      {
        title: 'Progress of recalculations',
        about: 'Run it, then recalculate in another window.',
        document: `subscription RecalculationProgress {
  recalculationProgress {
    id
    status
    totalCount
    calculatedCount
    savedCount
    failedCount
    durationMs
  }
}
`,
      },
      {
        title: 'Latest recalculations',
        about: 'Who started them, how they ended, and how long they took.',
        document: `query LatestRecalculations {
  recalculations(first: 5) {
    nodes {
      id
      trigger
      status
      asOf
      totalCount
      savedCount
      failedCount
      durationMs
      error
    }
  }
}
`,
      },
    ],
  },
  {
    title: 'Scoring rules',
    queries: [
      {
        title: 'Rules in force',
        about: 'What gives how many points, and who published it.',
        document: `query RulesInForce {
  scoringRules {
    current {
      version
      note
      publishedAt
      publishedBy
      rules {
        recency {
          cap
          halfLifeDays
        }
        engagement {
          cap
          halfLifeDays
          weights {
            meeting
            call
            email
            outboundEmail
          }
        }
        budget {
          cap
          halfCapBudget
        }
        status {
          cap
          points {
            status
            points
          }
          otherwise
        }
        fit {
          cap
          criteria {
            field
            operator
            value
            points
          }
        }
        bands {
          hot
          warm
        }
      }
    }
  }
}
`,
      },
      {
        title: 'Preview new rules',
        about: 'What would change if referrals and large budgets got points; nothing is written.',
        document: `query PreviewRules($rules: ScoringRulesInput!) {
  previewScoringRules(rules: $rules) {
    leadCount
    changedCount
    bandChanges {
      from
      to
      count
    }
    movers {
      lead {
        firstName
        lastName
      }
      before
      after
      breakdownAfter {
        fit {
          points
          reason
        }
      }
    }
    quality {
      before {
        missing
        figures {
          score {
            auc
          }
        }
      }
      after {
        figures {
          score {
            auc
          }
        }
      }
    }
  }
}
`,
        variables: {
          rules: {
            recency: { cap: 30, halfLifeDays: 14, horizonDays: 30 },
            engagement: {
              cap: 30,
              halfLifeDays: 30,
              halfCapPoints: 10,
              weights: { meeting: 5, call: 3, email: 1, outboundEmail: 0.2 },
            },
            budget: { cap: 20, halfCapBudget: 50_000 },
            status: {
              cap: 10,
              points: [
                { status: 'new', points: 3 },
                { status: 'qualified', points: 7 },
                { status: 'won', points: 10 },
              ],
              otherwise: 3,
            },
            fit: {
              cap: 10,
              criteria: [
                { field: 'SOURCE', operator: 'EQUALS', value: ['referral'], points: 6 },
                { field: 'BUDGET', operator: 'AT_LEAST', value: ['50000'], points: 4 },
              ],
            },
            lostScoresZero: true,
            bands: { hot: 70, warm: 40 },
          },
        },
      },
      {
        title: 'Does the score work?',
        about: 'A backtest of the rules in force on past outcomes; it needs 40 won and 40 lost leads.',
        document: `mutation EvaluateScores {
  evaluateScores {
    report {
      leads
      landmarks
      leadsWon
      leadsLost
      missing
      figures {
        score {
          auc
          aucInterval {
            low
            high
          }
          topTenthWinRate
        }
        baselines {
          recency {
            auc
          }
          interactionCount {
            auc
          }
        }
        tens {
          from
          to
          rate
          leads
        }
      }
      limits
    }
  }
}
`,
      },
    ],
  },
  {
    title: 'Summaries',
    queries: [
      {
        title: 'Write a summary anew',
        about: 'Rescores the lead as well. "force": true asks a model even about the same facts.',
        document: `mutation RegenerateSummary($id: Int!, $force: Boolean!) {
  regenerateSummary(id: $id, force: $force) {
    id
    summary
    summarySource
    summaryGeneratedAt
    activityScore
  }
}
`,
        variables: { id: 1, force: false },
      },
      {
        title: 'Write many summaries',
        about: 'Queues open leads, the highest scores first, within a budget in US dollars.',
        document: `mutation RegenerateSummaries($limit: Int, $maxCostUsd: Float) {
  regenerateSummaries(limit: $limit, maxCostUsd: $maxCostUsd) {
    id
    status
    totalCount
    maxCostUsd
  }
}
`,
        variables: { limit: 5, maxCostUsd: 0.5 },
      },
      {
        title: 'Progress of many summaries',
        about: 'Needs the id that writing many summaries has answered with.',
        document: `subscription SummaryBatchProgress($id: ID!) {
  summaryBatchProgress(id: $id) {
    status
    totalCount
    writtenCount
    unchangedCount
    failedCount
    costUsd
    failures {
      leadId
      code
      reason
    }
  }
}
`,
        variables: { id: '1' },
      },
    ],
  },
];
