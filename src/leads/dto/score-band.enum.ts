import { registerEnumType } from '@nestjs/graphql';
import type { ScoreBand } from '../scoring/score-band.js';

/** Maps the names in the API to the internal names. */
export const ScoreBandEnum = {
  HOT: 'hot',
  WARM: 'warm',
  COLD: 'cold',
  UNSCORED: 'unscored',
} as const satisfies Record<string, ScoreBand>;

registerEnumType(ScoreBandEnum, {
  name: 'ScoreBand',
  description:
    'A rating of open leads by score. Closed leads, won or lost, have no band. `Lead.scoreBand` is null if the score was never calculated; filters and statistics call such leads UNSCORED. The scoring rules define the lowest scores of HOT and WARM.',
  valuesMap: {
    HOT: { description: 'A score of 70 or more, unless the scoring rules define another limit.' },
    WARM: { description: 'A score from 40 up to HOT, unless the scoring rules define another limit.' },
    COLD: { description: 'A score below WARM.' },
    UNSCORED: { description: 'The score was never calculated.' },
  },
});
