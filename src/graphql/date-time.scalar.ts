import { type CustomScalar, Scalar } from '@nestjs/graphql';
import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { ISO_DATE_RULE, parseIsoDate } from '../common/iso-date.js';

@Scalar('DateTime', () => Date)
export class DateTimeScalar implements CustomScalar<string, Date> {
  description =
    'An instant. Out: ISO 8601 in UTC with milliseconds, such as `2026-03-01T09:30:00.000Z`. In: an ISO 8601 date-time with `Z` or an offset of at most 14 hours, such as `2026-03-01T09:30:00+01:00`, or a date such as `2026-03-01`, which is midnight UTC; of the years 1 to 9999. Digits past the millisecond are dropped.';

  parseValue(value: unknown): Date {
    return parse(value);
  }

  parseLiteral(node: ValueNode): Date {
    return parse(node.kind === Kind.STRING ? node.value : null, node);
  }

  serialize(value: unknown): string {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
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
