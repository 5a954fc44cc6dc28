import type { Choices } from './choices.js';
import { hostileText, PROTOTYPE_NAMES } from './hostile-texts.js';

/** As JSON text, because parsed values would lose the unusual notation. */
const ODD_NUMBERS = [
  '0',
  '-0',
  '1',
  '-1',
  '2147483647',
  '2147483648',
  '-2147483649',
  '4294967296',
  '9007199254740993',
  '-9007199254740993',
  '18446744073709551616',
  '1e400',
  '-1e400',
  '1e-400',
  '1E+2',
  '0.1e1',
  '1.0',
  '99999999.995',
  '0.30000000000000004',
  '5e-324',
  `1${'0'.repeat(400)}`,
  `0.${'3'.repeat(400)}`,
];

/** Tokens that are not valid JSON. */
const NO_JSON = [
  '01',
  '0x10',
  '+1',
  '.5',
  '1.',
  'NaN',
  'Infinity',
  'undefined',
  "'a'",
  '[1,]',
  '{a:1}',
  '"\t"',
  '"\\x41"',
];

const deep = (choices: Choices): string => {
  const depth = 1 + choices.below(choices.onceIn(8) ? 5000 : 60);
  return choices.of([
    `${'['.repeat(depth)}${']'.repeat(depth)}`,
    `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    `${'{"and":['.repeat(depth)}${']}'.repeat(depth)}`,
  ]);
};

const object = (choices: Choices, depth: number): string => {
  const entry = () => {
    const name = choices.onceIn(2) ? choices.of(PROTOTYPE_NAMES) : hostileText(choices);
    return `${JSON.stringify(name)}:${hostileJson(choices, depth + 1)}`;
  };
  return `{${choices.some(4, entry).join()}}`;
};

/** Returns a value in JSON, usually an unusual one. */
export function hostileJson(choices: Choices, depth = 0): string {
  switch (choices.below(depth > 3 ? 5 : 9)) {
    case 0:
      return choices.of(['null', 'true', 'false', '{}', '[]', '""']);
    case 1:
      return choices.of(ODD_NUMBERS);
    case 2:
    case 3:
    case 4:
      return JSON.stringify(hostileText(choices));
    case 5:
      return `[${choices.some(4, () => hostileJson(choices, depth + 1)).join()}]`;
    case 6:
      return object(choices, depth);
    case 7:
      return deep(choices);
    default:
      return choices.onceIn(4)
        ? choices.of(NO_JSON)
        : `[${'1,'.repeat(choices.below(5000))}${choices.of(ODD_NUMBERS)}]`;
  }
}
