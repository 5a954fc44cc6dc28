import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidInputError } from './domain-error.js';

/** A position in a list: the values of the sort columns, as PostgreSQL formats them, and the id. */
export interface KeysetPosition {
  /** Empty if the sort columns are null. */
  readonly values: readonly string[];
  readonly id: number;
}

/** The PostgreSQL types of sort columns. */
export type KeysetType = 'integer' | 'numeric' | 'text' | 'timestamptz';

const MOMENT =
  /^(\d{4,6})-(\d\d)-(\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d){0,2}( BC)?$/;

/** Whether a text is a value of the type, in the format in which PostgreSQL returns it. */
const IS_VALUE: Readonly<Record<KeysetType, (text: string) => boolean>> = {
  integer: (text) => /^-?\d{1,10}$/.test(text) && Math.abs(Number(text)) < 2 ** 31,
  numeric: (text) => /^-?(\d{1,100}(\.\d{1,100})?|Infinity)$|^NaN$/.test(text),
  text: (text) => !text.includes('\0'),
  timestamptz: (text) => {
    const [, year, month, day] = MOMENT.exec(text) ?? [];
    if (year === undefined) return /^-?infinity$/.test(text);
    // `Date.UTC` moves an invalid day into the next month. For years BC, it checks February by the calendar
    // of another year.
    const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
    return (
      Number(year) > 0 &&
      Number(year) < 270_000 &&
      date.getUTCMonth() + 1 === Number(month) &&
      Number(day) > 0
    );
  },
};

/** The version of the cursor format. Must be incremented if the format changes. */
const VERSION = 1;

const cursorSchema = z.tuple([
  z.literal(VERSION),
  z.string(),
  z.int().min(-2_147_483_648).max(2_147_483_647),
  z.array(z.string().max(1_000)).max(4),
]);

/**
 * Converts positions to cursors and back. Cursors are opaque to clients, versioned, and bound to one list, so
 * a cursor of another filter or order is detected.
 */
export class KeysetCursors {
  private knownBinding: string | undefined;

  /**
   * @param list the field to which the cursors belong
   * @param question the arguments that distinguish this list from others of the field: filter and order
   * @param types of the sort columns, without the id
   * @param mayLackValues whether the sort columns may be null; a position then has no values
   */
  constructor(
    private readonly list: string,
    private readonly question: unknown,
    private readonly types: readonly KeysetType[],
    private readonly mayLackValues = false,
  ) {}

  private get binding(): string {
    return (this.knownBinding ??= createHash('md5')
      .update(JSON.stringify([this.list, this.question]))
      .digest('base64url')
      .slice(0, 11));
  }

  write({ values, id }: KeysetPosition): string {
    return Buffer.from(JSON.stringify([VERSION, this.binding, id, values])).toString('base64url');
  }

  /** @param name of the argument @throws BAD_USER_INPUT */
  read(cursor: string, name: string): KeysetPosition {
    const parsed = cursorSchema.safeParse(jsonOf(cursor));
    if (!parsed.success) throw new InvalidInputError(`${name} is not a cursor of ${this.list}.`);
    const [, binding, id, values] = parsed.data;
    if (binding !== this.binding) {
      throw new InvalidInputError(
        `${name} is a cursor of another list, filter or order: start again without a cursor.`,
      );
    }
    if (!this.arePosition(values)) throw new InvalidInputError(`${name} is not a cursor of ${this.list}.`);
    return { values, id };
  }

  private arePosition(values: readonly string[]): boolean {
    if (values.length === 0 && this.mayLackValues) return true;
    return (
      values.length === this.types.length &&
      this.types.every((type, index) => IS_VALUE[type](values[index] ?? ''))
    );
  }
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
