import { graphql } from '../generated/index.js';

/** All fields of a card. Every response that contains them updates the cards on the page. */
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
