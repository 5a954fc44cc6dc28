import { calculateActivityScore } from '../src/leads/scoring/activity-score.js';
import type { ScoredInteraction } from '../src/leads/scoring/contact-state.js';

interface PicturedLead {
  readonly name: string;
  readonly description: string;
  readonly colour: string;
  readonly budget: number | null;
  readonly status: string;
  /** Ages in days at the end of the contact. */
  readonly interactions: readonly (readonly [ScoredInteraction['type'], number])[];
}

/** Colours that are distinguishable with red-green colour blindness. */
const LEADS: readonly PicturedLead[] = [
  {
    name: 'Hot',
    description: 'proposal, budget of 100,000, nine interactions in the nine days before day 0',
    colour: '#c2410c',
    budget: 100_000,
    status: 'proposal',
    interactions: [
      ['email', 0.5],
      ['meeting', 1],
      ['call', 2],
      ['email', 3],
      ['call', 4],
      ['email', 5],
      ['meeting', 6],
      ['call', 8],
      ['email', 9],
    ],
  },
  {
    name: 'Warm',
    description: 'qualified, budget of 25,000, a call 4 and an email 10 days before day 0',
    colour: '#6d28d9',
    budget: 25_000,
    status: 'qualified',
    interactions: [
      ['call', 4],
      ['email', 10],
    ],
  },
  {
    name: 'Cold',
    description: 'new, no budget known, an email 20 days before day 0',
    colour: '#0369a1',
    budget: null,
    status: 'new',
    interactions: [['email', 20]],
  },
];

const DAYS = 90;
const MS_A_DAY = 86_400_000;
const WIDTH = 760;
const HEIGHT = 476;
const PLOT = { left: 62, right: 612, top: 64, bottom: 344 };
const INK = '#1f2328';
const FAINT_INK = '#59636e';

/**
 * Returns an SVG picture of how a score decays over 90 days without contact, calculated by the formula. The
 * text is deterministic. It has its own light background, so that it is readable on a dark page.
 */
export function scorePicture(): string {
  const leads = LEADS.map((lead) => ({ lead, scores: scoresOverTime(lead) }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13">`,
    '<title id="title">Activity score over 90 days without contact</title>',
    `<desc id="description">${leads.map(({ lead, scores }) => inWords(lead, scores)).join(' ')}</desc>`,
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8" fill="#ffffff" stroke="#d1d9e0"/>`,
    text(
      24,
      34,
      'Activity score over 90 days without contact',
      `font-size="16" font-weight="600" fill="${INK}"`,
    ),
    ...scoreAxis(),
    ...dayAxis(),
    ...leads.map(({ lead, scores }) => line(lead, scores)),
    ...leads.map(({ lead, scores }) => lineLabel(lead, scores)),
    ...LEADS.map(legend),
    '</svg>',
    '',
  ].join('\n');
}

function scoresOverTime({ budget, status, interactions }: PicturedLead): number[] {
  const dated = interactions.map(([type, age]) => ({ type, date: new Date(-age * MS_A_DAY) }));
  return Array.from(
    { length: DAYS + 1 },
    (_, day) => calculateActivityScore({ budget, status }, dated, new Date(day * MS_A_DAY)).activityScore,
  );
}

function inWords({ name, description }: PicturedLead, scores: readonly number[]): string {
  return `${name} lead (${description}): ${firstAndLast(scores).join(' falls to ')}.`;
}

function firstAndLast(scores: readonly number[]): readonly [number, number] {
  return [scores.at(0) ?? 0, scores.at(-1) ?? 0];
}

function scoreAxis(): string[] {
  return [0, 20, 40, 60, 80, 100].flatMap((score) => [
    `<line x1="${PLOT.left}" y1="${y(score)}" x2="${PLOT.right}" y2="${y(score)}" stroke="${score === 0 ? FAINT_INK : '#e4e8ec'}"/>`,
    text(PLOT.left - 10, y(score, 4.5), String(score), `text-anchor="end" fill="${FAINT_INK}"`),
  ]);
}

function dayAxis(): string[] {
  const ticks = [0, 15, 30, 45, 60, 75, 90].flatMap((day) => [
    `<line x1="${x(day)}" y1="${y(0)}" x2="${x(day)}" y2="${y(0, 5)}" stroke="${FAINT_INK}"/>`,
    text(x(day), y(0, 21), String(day), `text-anchor="middle" fill="${FAINT_INK}"`),
  ]);
  return [
    ...ticks,
    text(x(DAYS / 2), y(0, 42), 'days without contact', `text-anchor="middle" fill="${FAINT_INK}"`),
  ];
}

function line({ colour }: PicturedLead, scores: readonly number[]): string {
  const points = scores.map((score, day) => `${x(day)},${y(score)}`).join(' ');
  return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/>`;
}

function lineLabel({ name, colour }: PicturedLead, scores: readonly number[]): string {
  const [first, last] = firstAndLast(scores);
  return text(x(DAYS, 10), y(last, 4.5), `${name}: ${first} → ${last}`, `font-weight="600" fill="${colour}"`);
}

function legend({ name, description, colour }: PicturedLead, index: number): string {
  const top = 410 + index * 20;
  const swatch = `<line x1="${PLOT.left}" y1="${top}" x2="${PLOT.left + 22}" y2="${top}" stroke="${colour}" stroke-width="2.5" stroke-linecap="round"/>`;
  return swatch + text(PLOT.left + 32, top + 4.5, `${name}: ${description}`, `fill="${INK}"`);
}

function text(left: number | string, baseline: number | string, content: string, attributes: string): string {
  return `<text x="${left}" y="${baseline}" ${attributes}>${content}</text>`;
}

function x(day: number, offset = 0): string {
  return rounded(PLOT.left + (day / DAYS) * (PLOT.right - PLOT.left) + offset);
}

function y(score: number, offset = 0): string {
  return rounded(PLOT.bottom - (score / 100) * (PLOT.bottom - PLOT.top) + offset);
}

/** One decimal is more precise than a screen, and hides rounding differences between machines. */
function rounded(coordinate: number): string {
  return String(Math.round(coordinate * 10) / 10);
}
