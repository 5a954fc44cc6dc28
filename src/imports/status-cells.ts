import { LEAD_STATUSES } from '../leads/lead-status.js';
import { type FileRecord, type LineReader, ValueCache } from './line-reader.js';
import { findLeadStatus } from './values/lead-statuses.js';

/** Reads a status of a line. */
export class StatusCells {
  private readonly statuses = new ValueCache<string | null>();

  /**
   * @param field the name of the field in messages
   * @param find returns the text of the line
   */
  constructor(
    private readonly reader: Pick<LineReader<'status'>, 'mapping' | 'column' | 'rejectUnknown'>,
    private readonly field: 'status' | 'statusBefore',
    private readonly find: (record: FileRecord) => string,
  ) {}

  /** Returns a status of the API; null if the line has none, or if it is unknown, which rejects the line. */
  read(record: FileRecord): string | null {
    const { reader, field } = this;
    const text = this.find(record);
    if (text === '') return null;
    const status = this.statuses.get(text, () => findLeadStatus(text, reader.mapping.statuses));
    if (status === null) {
      const message = `${field} must be one of ${LEAD_STATUSES.join(', ')}, or be mapped with --map-status`;
      reader.rejectUnknown(reader.column, message, text);
    }
    return status;
  }
}
