import type { InputInteraction } from '../summary-input.js';
import { plain } from './calendar-words.js';
import { findDates, isSameDate, type PartialDate } from './dates.js';
import { findNumbers } from './numbers.js';

/** The length of a word's prefix that is compared as its stem. */
const STEM = 5;

/** Words that are too frequent to support a key point. */
const FREQUENT = new Set(
  'about after also been before between could from have here into lead more must need next only other over said says shall should some such than that their them then there these they this those until very want wants were what when where which while will with would your asked contact customer client kunde eine einen einer eines nicht oder sich wird wurde haben auch noch nach über unter zwischen avec dans pour sont cette plus leur mais nous vous être avoir para como este esta pero todo sobre entre desde hasta tiene sono della delle degli questo questa anche come'
    .split(' ')
    .map(plain)
    .map((word) => word.slice(0, STEM)),
);

function stemsOf(text: string): Set<string> {
  const words = plain(text).match(/\p{L}{4,}/gu) ?? [];
  const stems = words.map((word) => word.slice(0, STEM)).filter((stem) => !FREQUENT.has(stem));
  // For scripts without spaces, each pair of adjacent characters counts as a word.
  const signs =
    text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu) ?? [];
  const doubles = signs.flatMap((run) => [...run].slice(1).map((sign, index) => `${run[index]}${sign}`));
  return new Set([...stems, ...doubles]);
}

const TYPE_STEMS = {
  call: ['call', 'anruf', 'phone', 'teleph', 'appel', 'llam'],
  email: ['email', 'mail'],
  meeting: ['meeti', 'treff', 'reuni', 'visit'],
} as const;

const dateOf = (iso: string): PartialDate => {
  const [year, month, day] = iso.split('-').map(Number);
  return { year: year ?? null, month: month ?? 1, day: day ?? null };
};

/** Measures how strongly an interaction supports a key point. */
function supportBy(text: string, interaction: InputInteraction): number {
  const { dates, rest } = findDates(text);
  const stems = stemsOf(rest);
  const known = stemsOf(interaction.notes ?? '');
  const words = [...stems].filter((stem) => known.has(stem)).length;
  const noted = findDates(interaction.notes ?? '');
  const told = new Set(findNumbers(noted.rest, 'any').flatMap(({ values }) => values));
  const numbers = findNumbers(rest, 'any').filter(({ values }) => values.some((value) => told.has(value)));
  const knownDates = [[dateOf(interaction.date)], ...noted.dates].flat();
  const matched = dates.filter((readings) =>
    readings.some((said) => knownDates.some((date) => isSameDate(said, date))),
  );
  const isOfType = TYPE_STEMS[interaction.type].some((stem) => plain(rest).includes(stem));
  return words + 2 * numbers.length + 2 * matched.length + (isOfType ? 0.5 : 0);
}

/**
 * Whether the cited interactions support a key point. Returns true if no interaction has anything in common
 * with it, for example because of another language: then support cannot be judged.
 */
export function isSupported(
  text: string,
  cited: readonly InputInteraction[],
  all: readonly InputInteraction[],
): boolean {
  const support = new Map(all.map((interaction) => [interaction.alias, supportBy(text, interaction)]));
  const supportOf = ({ alias }: InputInteraction): number => support.get(alias) ?? 0;
  const best = Math.max(0, ...all.map(supportOf));
  const bestCited = Math.max(0, ...cited.map(supportOf));
  if (best < 1) return true;
  if (bestCited < best / 2) return false;
  return best < 2 || cited.every((interaction) => supportOf(interaction) > 0);
}
