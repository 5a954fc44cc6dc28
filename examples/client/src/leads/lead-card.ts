import { graphql } from '../generated/index.js';

/** All that a card shows. Whatever answers with it brings every card on the page up to date. */
export const LEAD_CARD = graphql(`
  fragment LeadCard on Lead {
    id
    firstName
    lastName
    company
    status
    summary
    summarySource
    summaryGeneratedAt
    activityScore
    scoreCalculatedAt
    scoreBreakdown {
      recency {
        ...ScoreReason
      }
      engagement {
        ...ScoreReason
      }
      budget {
        ...ScoreReason
      }
      status {
        ...ScoreReason
      }
    }
  }
`);

export const SCORE_REASON = graphql(`
  fragment ScoreReason on ScoreFactor {
    points
    cap
    reason
  }
`);
