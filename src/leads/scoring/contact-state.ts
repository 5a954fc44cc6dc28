import { RULES_OF_VERSION_1 } from './scoring-rules.js';

/** The kinds of interaction, each with its own weight. */
export const INTERACTION_KINDS = ['meeting', 'call', 'email', 'outboundEmail'] as const;
export type InteractionKind = (typeof INTERACTION_KINDS)[number];

/** The properties of an interaction that a score depends on. */
export interface ScoredInteraction {
  readonly type: 'meeting' | 'call' | 'email';
  /** Absent or null: unknown. */
  readonly direction?: 'inbound' | 'outbound' | null;
  readonly date: Date;
  /** The weight at its date: 1, unless the date was rounded up. */
  readonly weight?: number;
}

type PerKind = Readonly<Record<InteractionKind, number>>;

/**
 * Everything that the interactions of a lead contribute to its score at an instant. docs/scoring.md explains
 * why these few numbers suffice.
 */
export interface ContactState {
  /** The latest interaction that is not planned. */
  readonly lastInteractionAt: Date | null;
  /**
   * The latest contact that is not planned. Every interaction is a contact except an outbound e-mail, which
   * the lead may not have answered.
   */
  readonly lastContactAt: Date | null;
  /** The earliest planned interaction. */
  readonly nextInteractionAt: Date | null;
  readonly nextContactAt: Date | null;
  readonly counts: PerKind;
  /** The decayed counts as of `lastInteractionAt`. */
  readonly weights: PerKind;
  /** The half-life with which the weights decay: that of the engagement in the rules. */
  readonly halfLifeDays: number;
}

const NONE: PerKind = { meeting: 0, call: 0, email: 0, outboundEmail: 0 };

/** Returns the contact state of a lead without interactions. */
export const noContact = (halfLifeDays: number): ContactState => ({
  lastInteractionAt: null,
  lastContactAt: null,
  nextInteractionAt: null,
  nextContactAt: null,
  counts: NONE,
  weights: NONE,
  halfLifeDays,
});

const MS_A_DAY = 86_400_000;

export const kindOf = ({ type, direction }: ScoredInteraction): InteractionKind =>
  type === 'email' && direction === 'outbound' ? 'outboundEmail' : type;

export const isContact = (interaction: ScoredInteraction): boolean => kindOf(interaction) !== 'outboundEmail';

/** Returns the share of an interaction that still counts after a time. @param ms at least 0 */
export const decay = (ms: number, halfLifeDays: number): number => 2 ** (-ms / MS_A_DAY / halfLifeDays);

/**
 * Returns the contact state at an instant. The order of the interactions affects only the last bits of the
 * weights. An interaction without a valid date does not count, as in the SQL function `contact_state_of`.
 */
export function contactStateOf(
  interactions: Iterable<ScoredInteraction>,
  at: Date,
  halfLifeDays = RULES_OF_VERSION_1.engagement.halfLifeDays,
): ContactState {
  let state = noContact(halfLifeDays);
  for (const interaction of interactions) {
    if (Number.isNaN(interaction.date.getTime())) continue;
    state = interaction.date <= at ? withContact(state, interaction) : withPlanned(state, interaction);
  }
  return state;
}

/** Returns the state after an interaction that is not planned. */
export function withContact(state: ContactState, interaction: ScoredInteraction): ContactState {
  const kind = kindOf(interaction);
  const latest = later(state.lastInteractionAt, interaction.date);
  const decayUntilLatest = (date: Date) => decay(latest.getTime() - date.getTime(), state.halfLifeDays);
  const before = state.lastInteractionAt === null ? 0 : decayUntilLatest(state.lastInteractionAt);
  const added = (interaction.weight ?? 1) * decayUntilLatest(interaction.date);
  const weightOf = (one: InteractionKind) => state.weights[one] * before + (one === kind ? added : 0);
  return {
    ...state,
    lastInteractionAt: latest,
    lastContactAt: isContact(interaction)
      ? later(state.lastContactAt, interaction.date)
      : state.lastContactAt,
    counts: { ...state.counts, [kind]: state.counts[kind] + 1 },
    weights: {
      meeting: weightOf('meeting'),
      call: weightOf('call'),
      email: weightOf('email'),
      outboundEmail: weightOf('outboundEmail'),
    },
  };
}

function withPlanned(state: ContactState, interaction: ScoredInteraction): ContactState {
  return {
    ...state,
    nextInteractionAt: earlier(state.nextInteractionAt, interaction.date),
    nextContactAt: isContact(interaction)
      ? earlier(state.nextContactAt, interaction.date)
      : state.nextContactAt,
  };
}

const later = (a: Date | null, b: Date): Date => (a !== null && a > b ? a : b);
const earlier = (a: Date | null, b: Date): Date => (a !== null && a < b ? a : b);
