import type { Choices } from './choices.js';

/** Property names that every JavaScript object has, or that change an object. */
export const PROTOTYPE_NAMES = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'prototype',
  '__defineGetter__',
  'isPrototypeOf',
  'then',
  'toJSON',
] as const;

const INJECTIONS = [
  "'; DROP TABLE leads; --",
  `" OR "1"="1`,
  "' OR 1=1 --",
  `1) OR (1=1`,
  "\\'; DELETE FROM interactions; --",
  "'||sleep(5)||'",
  '$1',
  '$$; TRUNCATE leads; $$',
  ':name :id ?',
  '%',
  '_',
  '%%__\\',
  '\\',
  "\\\\'",
  "E'\\\\x27'",
  '${7*7}',
  '{{7*7}}',
  '#{7*7}',
  '<%= 7*7 %>',
  '%s %d %n %x %o %j',
  '$(touch /tmp/x)',
  '`id`',
  '${jndi:ldap://127.0.0.1/a}',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  'a\r\nX-Injected: yes',
  'a\nLOG [GraphQL] forged line',
  '\u001b[31mred\u001b[0m\u0007',
  '*/ } } mutation { removeLead(id: 1) } /*',
  '"""',
  '# comment',
  '{"$gt":""}',
  '[object Object]',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-1',
  '0x7fffffff',
  '1e400',
  '(((((((((((a+)+)+)+)+)+)+)+)+)+)+)+!',
  '__JIT_INLINE__x__JIT_INLINE__',
];

const ODD_UNICODE = [
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udc00b',
  '\udfff\ud800',
  '\ufeff',
  '\ufeffbom',
  '\u202eevil\u202c',
  '\u200b\u200d\u2060',
  '\u2028\u2029\u0085',
  '\u00e9',
  'e\u0301',
  '\ufb01',
  '\u0130\u0131\u1e9e\u017f',
  `Z${'\u0300\u0327\u0489'.repeat(60)}`,
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\u{10ffff}\u{e0001}',
  '\uffff\ufffe\ufdd0',
  '\u3000',
  '\u0663\u0664',
  '\u00ad',
];

const CHARACTERS = [...'ab1 _%\'"\\$@.:;,-(){}[]\t\n\r\0<>&|!*/?#=+^~`', '\u00e4', '\u4e2d', '\u{1f600}'];

const randomText = (choices: Choices): string =>
  Array.from({ length: choices.below(24) }, () =>
    choices.onceIn(4) ? String.fromCharCode(choices.below(0x10000)) : choices.of(CHARACTERS),
  ).join('');

/** Returns a text of an attacker, or an unusual one. */
export function hostileText(choices: Choices): string {
  switch (choices.below(7)) {
    case 0:
      return choices.of(['a', '', ' ', 'ada@example.com', '1', '2026-01-01']);
    case 1:
      return choices.of(INJECTIONS);
    case 2:
      return choices.of(ODD_UNICODE);
    case 3:
      return choices.of(PROTOTYPE_NAMES);
    case 4:
      return choices.of(['Ada', '', 'x@y.example', '%']) + choices.of([...INJECTIONS, ...ODD_UNICODE]);
    case 5:
      return choices.of(['x', '%', "'", '\\', '\u0301', '\u{1f600}', 'ab ']).repeat(1 + choices.below(3000));
    default:
      return randomText(choices);
  }
}
