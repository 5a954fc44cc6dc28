import type { SummaryDraft } from '../../src/summaries/summary-draft.js';
import type { GoldenLead } from './golden-leads.js';

/** An honest draft with one error. */
export interface Mutation {
  readonly kind: 'amount' | 'date' | 'name' | 'citation';
  /** A description of the error. */
  readonly change: string;
  readonly draft: SummaryDraft;
}

type Replace = (text: string) => [change: string, mutated: string][];

const MONTHS = [
  ['March', 'April', 'June', 'September'],
  ['März', 'Februar', 'Oktober'],
  ['septembre', 'mars'],
  ['julio', 'marzo'],
  ['ottobre', 'maggio'],
  ['апреля', 'мая', 'июня'],
];

/** Replaces each match of a pattern, one at a time. */
const replacing =
  (pattern: RegExp, other: (found: string) => string | null): Replace =>
  (text) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const replacement = other(match[0]);
      if (replacement === null) return [];
      const mutated = text.slice(0, match.index) + replacement + text.slice(match.index + match[0].length);
      return [[`${match[0]} → ${replacement}`, mutated]];
    });

const ISO = /\d{4}-\d\d-\d\d/gu;
const NUMBER = /(?<![\p{L}\d/.,-])\d+(?:[., ]\d{3})*(?![\d-])(?!\s?(?:月|日|st|nd|rd|th))/gu;

/** Changes the first digit, which gives another amount of the same magnitude. */
function otherAmount(found: string): string | null {
  const first = Number(found[0]);
  const changed = `${(first + 3) % 9 || 9}${found.slice(1)}`;
  return changed === found ? null : changed;
}

const otherDay = (iso: string): string => `${iso.slice(0, 8)}${iso.endsWith('27') ? '26' : '27'}`;

function otherMonth(month: string): string | null {
  const family = MONTHS.find((months) => months.includes(month));
  return family?.find((other) => other !== month) ?? null;
}

const monthPattern = new RegExp(String.raw`(?<!\p{L})(?:${MONTHS.flat().join('|')})(?!\p{L})`, 'gu');

const KINDS: readonly [Mutation['kind'], Replace][] = [
  ['date', replacing(ISO, otherDay)],
  ['date', replacing(monthPattern, otherMonth)],
  ['date', replacing(/\d{1,2}(?=日)/gu, (day) => String((Number(day) % 27) + 1))],
  [
    'amount',
    (text) =>
      replacing(
        NUMBER,
        otherAmount,
      )(text.replace(ISO, (iso) => 'x'.repeat(iso.length))).map(([change, mutated]) => [
        change,
        restored(mutated, text),
      ]),
  ],
];

/** Restores the masked dates. */
function restored(mutated: string, text: string): string {
  const dates = [...text.matchAll(ISO)].map(([iso]) => iso);
  return mutated.replace(/x{10}/g, () => dates.shift() ?? '');
}

type Edit = (text: string) => SummaryDraft;

/** Returns each text of a draft with a function that replaces it. */
function textsOf(draft: SummaryDraft): [text: string, edit: Edit][] {
  return [
    [draft.headline, (headline) => ({ ...draft, headline })],
    [draft.summary, (summary) => ({ ...draft, summary })],
    [draft.nextStep, (nextStep) => ({ ...draft, nextStep })],
    ...draft.keyPoints.map(({ text }, index): [string, Edit] => [
      text,
      (changed) => ({
        ...draft,
        keyPoints: draft.keyPoints.map((point, at) => (at === index ? { ...point, text: changed } : point)),
      }),
    ]),
  ];
}

function citationMutations(draft: SummaryDraft, aliases: readonly string[]): Mutation[] {
  return draft.keyPoints.flatMap((point, index) =>
    [...aliases.filter((alias) => !point.interactions.includes(alias)), 'I99'].map((alias): Mutation => ({
      kind: 'citation',
      change: `${point.interactions.join(', ')} → ${alias}: ${point.text}`,
      draft: {
        ...draft,
        keyPoints: draft.keyPoints.map((other, at) =>
          at === index ? { ...other, interactions: [alias] } : other,
        ),
      },
    })),
  );
}

/** Replaces each amount, date, name and citation of the honest drafts, one at a time. */
export function mutationsOf({ drafts, input, names }: GoldenLead): Mutation[] {
  const naming: [Mutation['kind'], Replace][] = names.map(([name, other]) => [
    'name',
    replacing(new RegExp(name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gu'), () => other),
  ]);
  const aliases = input.interactions.map(({ alias }) => alias);
  return drafts.flatMap((draft) => [
    ...textsOf(draft).flatMap(([text, edit]) =>
      [...KINDS, ...naming].flatMap(([kind, replace]) =>
        replace(text).map(([change, mutated]): Mutation => ({ kind, change, draft: edit(mutated) })),
      ),
    ),
    ...citationMutations(draft, aliases),
  ]);
}
