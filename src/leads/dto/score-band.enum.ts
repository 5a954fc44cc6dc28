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
    'How promising open leads are. Closed leads, won or lost, have no band. `Lead.scoreBand` is null if the score was never calculated; filters and statistics name such leads UNSCORED. The setting SCORE_BANDS has the lowest scores of HOT and WARM.',
  valuesMap: {
    HOT: { description: 'A score from 70 on, unless the setting says otherwise.' },
    WARM: { description: 'A score from 40 on and below HOT, unless the setting says otherwise.' },
    COLD: { description: 'A score below WARM.' },
    UNSCORED: { description: 'The score was never calculated.' },
  },
});
