import { MAX_BUDGET } from '../../leads/budget-amount.js';

export type DecimalMark = 'comma' | 'point';

/** The digits of an amount around its decimal mark, and the power of ten of a suffix such as k. */
interface Digits {
  readonly whole: string;
  readonly fraction: string;
  readonly exponent: number;
}

/** An amount as it is written. */
export type WrittenAmount =
  /** One reading. `evidence` is the decimal mark that the text proves, null if it proves none. */
  | { readonly digits: Digits; readonly evidence: DecimalMark | null }
  /** The only mark may separate thousands or decimals: 1,234. */
  | { readonly readings: Readonly<Record<DecimalMark, Digits>> }
  /** The end of a message that starts with the name of the field. */
  | { readonly violation: string };

const NOT_AN_AMOUNT = { violation: 'must be an amount, such as 1234.50' };
const RANGE = { violation: 'must be one amount, not a range' };
const NEGATIVE = { violation: 'must not be negative' };

/** Longer texts are not amounts. The limit bounds the work for each cell. */
const MAX_LENGTH = 60;

const PLAIN = /^(\d{1,8})(?:\.(\d\d?))?$/;

const SPACES = /[\s\u00a0\u2007\u202f]/g;

const MARKED = String.raw`(?:\d[\d.,'\u2019\`]*|[.,]\d+)`;

/** Currencies by symbol, ISO code or name; also "1200,-" and "12.000,– €". */
const CURRENCY =
  /(?:US|CA|AU|NZ|HK|A|C|S|R)?\$|[€£¥₹₽₩₪₺₫₴₱฿¢]|R\$|kr\.?|zł|Kč|Fr\.?|Rs\.?|Ft|(?<![a-z])(?:USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|BRL|MXN|ARS|CLP|COP|ZAR|AED|SAR|SGD|HKD|KRW|THB|IDR|MYR|PHP|VND|ILS|UAH|RUB|euros?|dollars?|pounds?)(?![a-z])/giu;

/** Powers of ten by suffix. "M" is a million in every tool that writes it. */
const SUFFIXES: Readonly<Record<string, number>> = {
  k: 3,
  tsd: 3,
  thousand: 3,
  tausend: 3,
  mil: 3,
  m: 6,
  mm: 6,
  mn: 6,
  mio: 6,
  mln: 6,
  million: 6,
  millionen: 6,
  millions: 6,
  b: 9,
  bn: 9,
};

const AMOUNT = new RegExp(`^([+-]?)(${MARKED})(?:e([+-]?\\d{1,2}))?([a-z]*)\\.?$`, 'i');
const RANGE_SHAPE = new RegExp(`^${MARKED}[a-z]*(?:-|–|—|to|bis|à)${MARKED}[a-z]*$`, 'i');

/** Analyses a trimmed text that is not empty, without an assumption about its decimal mark. */
export function analyseAmount(text: string): WrittenAmount {
  const plain = PLAIN.exec(text);
  if (plain !== null) {
    const [, whole = '', fraction] = plain;
    return {
      digits: { whole, fraction: fraction ?? '', exponent: 0 },
      evidence: fraction === undefined ? null : 'point',
    };
  }
  if (text.length > MAX_LENGTH) return NOT_AN_AMOUNT;
  const bare = text
    .replace(CURRENCY, '')
    .replace(SPACES, '')
    .replace(/(?<=[.,])[-–—]+$/, '00');
  if (RANGE_SHAPE.test(bare)) return RANGE;
  if (/^\(.*\)$/.test(bare) || /^\d.*-$/.test(bare)) return NEGATIVE;
  const [, sign, marked, power, suffix = ''] = AMOUNT.exec(bare.replace('−', '-')) ?? [];
  if (marked === undefined) return NOT_AN_AMOUNT;
  const scale = suffix === '' ? 0 : SUFFIXES[suffix.toLowerCase()];
  if (scale === undefined || (power !== undefined && Math.abs(Number(power)) > 20)) return NOT_AN_AMOUNT;
  const amount = splitMarked(marked.replace(/['\u2019`]/g, "'"), scale + Number(power ?? 0));
  if (sign === '-' && !('violation' in amount)) return NEGATIVE;
  return amount;
}

/** Finds the decimal mark in digits with points, commas and apostrophes. */
function splitMarked(marked: string, exponent: number): WrittenAmount {
  const points = marked.split('.').length - 1;
  const commas = marked.split(',').length - 1;
  if (points > 0 && commas > 0) {
    const mark = marked.lastIndexOf('.') > marked.lastIndexOf(',') ? '.' : ',';
    return decimalAt(marked, mark, exponent);
  }
  if (points + commas === 0) return grouped(marked, "'", exponent, null);
  const mark = points > 0 ? '.' : ',';
  if (points + commas > 1) return grouped(marked, mark, exponent, mark === '.' ? 'comma' : 'point');
  const [whole = '', fraction = ''] = marked.split(mark);
  // Thousands have exactly three digits after the mark, and no group starts with a zero.
  if (fraction.length !== 3 || !/^[1-9]\d{0,2}$/.test(whole)) return decimalAt(marked, mark, exponent);
  const asDecimals = { whole, fraction, exponent };
  const asThousands = { whole: whole + fraction, fraction: '', exponent };
  return {
    readings:
      mark === '.' ? { point: asDecimals, comma: asThousands } : { point: asThousands, comma: asDecimals },
  };
}

function decimalAt(marked: string, mark: '.' | ',', exponent: number): WrittenAmount {
  const at = marked.lastIndexOf(mark);
  const fraction = marked.slice(at + 1);
  const groups = grouped(marked.slice(0, at) || '0', mark === '.' ? ',' : '.', exponent, null);
  if (!/^\d*$/.test(fraction) || !('digits' in groups)) return NOT_AN_AMOUNT;
  return {
    digits: { ...groups.digits, fraction },
    evidence: mark === '.' ? 'point' : 'comma',
  };
}

/** Reads groups of three digits, or of two before the last one as in India. Apostrophes always separate groups. */
function grouped(
  marked: string,
  separator: string,
  exponent: number,
  evidence: DecimalMark | null,
): WrittenAmount {
  const [first = '', ...others] = marked.split(marked.includes("'") ? "'" : separator);
  const last = others.at(-1) ?? '000';
  const isGrouped =
    /^\d+$/.test(first) &&
    (others.length === 0 || first.length <= 3) &&
    /^\d{3}$/.test(last) &&
    (others.every((group) => /^\d{3}$/.test(group)) ||
      others.slice(0, -1).every((group) => /^\d\d$/.test(group)));
  if (!isGrouped) return NOT_AN_AMOUNT;
  return { digits: { whole: first + others.join(''), fraction: '', exponent }, evidence };
}

/** The decimal text of an amount, such as 1234.50, or the violation of a rule of the API. */
export function amountText({ whole, fraction, exponent }: Digits): string | { readonly violation: string } {
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const integer =
    (point > 0 ? digits.slice(0, point).padEnd(point, '0') : '').replace(/^0+(?=\d)/, '') || '0';
  const decimals = (point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits).replace(/0+$/, '');
  if (integer.length > 8 || Number(`${integer}.${decimals}`) > MAX_BUDGET) {
    return { violation: `must be at most ${MAX_BUDGET}` };
  }
  if (decimals.length > 2) return { violation: 'must not have more than two decimals' };
  return `${integer}.${decimals.padEnd(2, '0')}`;
}
