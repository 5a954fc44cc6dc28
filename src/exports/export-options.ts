import { InvalidInputError } from '../common/domain-error.js';
import { hasTooManyMarks, isBlank, normaliseText } from '../common/visible-text.js';

export type ExportKind = 'leads' | 'interactions';

/** Conditions on leads, combined with AND. They mean the same as in the filter of `leadsConnection`. */
export interface ExportFilter {
  /** Empty: any status. */
  readonly statuses: readonly string[];
  readonly isOpenOnly: boolean;
  /** Null: any score, or none. */
  readonly minScore: number | null;
}

export interface ExportOptions extends ExportFilter {
  /** Whether the file of leads ends with the columns of the score, which an import ignores. */
  readonly hasScores: boolean;
}

/** An export to files of this machine. */
export interface ExportRequest {
  /** The path of each file that was requested, or - for standard output. */
  readonly paths: ReadonlyMap<ExportKind, string>;
  readonly filter: ExportFilter;
  readonly hasScores: boolean;
}

const MAX_STATUSES = 50;
const MAX_STATUS_LENGTH = 255;
const MAX_SCORE = 100;

/** @throws BAD_USER_INPUT if a filter is invalid */
export function validateFilter({ statuses, isOpenOnly, minScore }: ExportFilter): ExportFilter {
  if (statuses.length > MAX_STATUSES || !statuses.every(isStatus)) {
    throw new InvalidInputError(
      `status can be given ${MAX_STATUSES} times, each with 1 to ${MAX_STATUS_LENGTH} characters, not all blank.`,
    );
  }
  if (minScore !== null && !(Number.isInteger(minScore) && minScore >= 0 && minScore <= MAX_SCORE)) {
    throw new InvalidInputError(`The lowest score must be a whole number from 0 to ${MAX_SCORE}.`);
  }
  return { statuses: statuses.map(normaliseText), isOpenOnly, minScore };
}

const isStatus = (text: string): boolean =>
  text.length <= MAX_STATUS_LENGTH &&
  text.isWellFormed() &&
  !text.includes('\0') &&
  !isBlank(text) &&
  !hasTooManyMarks(text);

/**
 * Reads the query parameters of a request.
 * @throws BAD_USER_INPUT for an unknown parameter or an invalid value
 */
export function parseExportQuery(kind: ExportKind, query: Readonly<Record<string, unknown>>): ExportOptions {
  const { status = [], open, minScore, scores, ...others } = query;
  const [unknown] = [
    ...Object.keys(others),
    ...(kind === 'interactions' && scores !== undefined ? ['scores'] : []),
  ];
  if (unknown !== undefined) {
    const known = kind === 'leads' ? 'status, open, minScore and scores' : 'status, open and minScore';
    throw new InvalidInputError(`Unknown query parameter. The parameters of ${kind}.csv are ${known}.`);
  }
  const filter = validateFilter({
    statuses: [status].flat().map(String),
    isOpenOnly: flagOf('open', open),
    minScore:
      minScore === undefined
        ? null
        : typeof minScore === 'string' && /^\d+$/.test(minScore)
          ? Number(minScore)
          : NaN,
  });
  return { ...filter, hasScores: flagOf('scores', scores) };
}

function flagOf(name: string, value: unknown): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new InvalidInputError(`${name} must be true or false.`);
}
