import { type CustomScalar, Scalar } from '@nestjs/graphql';
import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { ISO_DATE_RULE, parseIsoDate } from '../common/iso-date.js';

/** The first and the last instant that the scalar can represent, in milliseconds since 1970. */
const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

@Scalar('DateTime', () => Date)
export class DateTimeScalar implements CustomScalar<string, Date> {
  description =
    'An instant. Output: ISO 8601 in UTC with milliseconds, such as `2026-03-01T09:30:00.000Z`. Input: an ISO 8601 date-time with `Z` or an offset of at most 14 hours, such as `2026-03-01T09:30:00+01:00`, or a date such as `2026-03-01`, which means midnight UTC. The year must be from 1 to 9999. Digits after the millisecond are ignored. If the database contains an instant outside these years, the nearest instant inside them is returned.';

  parseValue(value: unknown): Date {
    return parse(value);
  }

  parseLiteral(node: ValueNode): Date {
    return parse(node.kind === Kind.STRING ? node.value : null, node);
  }

  /**
   * @param value a Date, or an infinite timestamp of PostgreSQL as a number. The driver returns an invalid Date
   * for timestamps after the year 275760, which is the range of a Date; all earlier timestamps of PostgreSQL are
   * in this range
   */
  serialize(value: unknown): string {
    const milliseconds = value instanceof Date ? value.getTime() : value;
    if (typeof milliseconds === 'number') {
      const nearest = Number.isNaN(milliseconds) ? LAST : Math.min(Math.max(milliseconds, FIRST), LAST);
      return new Date(nearest).toISOString();
    }
    throw new TypeError('A DateTime must be a valid date.');
  }
}

function parse(value: unknown, node?: ValueNode): Date {
  const date = typeof value === 'string' ? parseIsoDate(value) : null;
  if (date !== null) return date;
  throw new GraphQLError(`A DateTime ${ISO_DATE_RULE}.`, {
    nodes: node,
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
