import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidInputError } from './domain-error.js';

/** Where something stands in a list: the values that it is ordered by, as PostgreSQL writes them, and its id. */
export interface KeysetPosition {
  /** Empty where it stands among those without a value. */
  readonly values: readonly string[];
  readonly id: number;
}

/** Of what a cursor holds; counted up where that changes. */
const VERSION = 1;

const cursorSchema = z.tuple([
  z.literal(VERSION),
  z.string(),
  z.int().min(-2_147_483_648).max(2_147_483_647),
  z.array(z.string().max(1_000)).max(4),
]);

/**
 * Turns positions into cursors and back: opaque to clients, versioned, and bound to one list, so that a cursor of
 * another filter or another order is told from a right one.
 */
export class KeysetCursors {
  private readonly binding: string;

  /**
   * @param list the field that the cursors are of
   * @param question what sets this list apart from others of the field: filter, order
   * @param isPosition whether the values are such as this list is ordered by
   */
  constructor(
    private readonly list: string,
    question: unknown,
    private readonly isPosition: (values: readonly string[]) => boolean,
  ) {
    this.binding = createHash('md5')
      .update(JSON.stringify([list, question]))
      .digest('base64url')
      .slice(0, 11);
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
        `${name} is a cursor of another list, filter or order: begin again without one.`,
      );
    }
    if (!this.isPosition(values)) throw new InvalidInputError(`${name} is not a cursor of ${this.list}.`);
    return { values, id };
  }
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
