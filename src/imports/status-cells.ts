import { LEAD_STATUSES } from '../leads/lead-status.js';
import { type FileRecord, type LineReader, ValueCache } from './line-reader.js';
import { findLeadStatus } from './values/lead-statuses.js';

const UNKNOWN_STATUS = `status must be one of ${LEAD_STATUSES.join(', ')}, or be mapped with --map-status`;

/** Reads the status of a line. */
export class StatusCells {
  private readonly statuses = new ValueCache<string | null>();

  constructor(private readonly reader: LineReader<'status'>) {}

  /** Returns a status of the API; null if the line has none, or if it is unknown, which rejects the line. */
  read(record: FileRecord): string | null {
    const text = this.reader.find('status', record);
    if (text === '') return null;
    const status = this.statuses.get(text, () => findLeadStatus(text, this.reader.mapping.statuses));
    if (status === null) this.reader.rejectUnknown(this.reader.column, UNKNOWN_STATUS, text);
    return status;
  }
}
