import { emailKey } from '../common/email-key.js';
import { checkExternalId } from './api-rules.js';
import type { FileRecord, LineReader } from './line-reader.js';
import { readAddresses, TEXT_BESIDE_ADDRESS } from './values/email-address.js';

type IdField = 'leadExternalId' | 'externalId';

/** How a line names a lead that exists. At least one of `email` and `externalId` is given, unless the line is rejected. */
interface LeadName {
  /** The address as `emailKey` returns it. */
  readonly email: string | null;
  /** The address in the letters of the file, by which an adopted database may tell leads apart. */
  readonly writtenEmail: string | null;
  readonly externalId: string | null;
}

/** Anything but a plain address. */
const NEEDS_CLEANING = /[^\w.@+-]|^[^@]*$/;
const ID_SEPARATOR = /\s*[;,|\n]\s*/;

/** Reads the lead of a line about something that belongs to a lead. */
export class LeadNameCells<Id extends IdField> {
  /** @param idField the field with the external id of the lead */
  constructor(
    private readonly reader: LineReader<Id | 'email'>,
    private readonly idField: Id,
  ) {}

  read(record: FileRecord): LeadName {
    const externalId = this.readExternalId(record);
    const writtenEmail = this.readEmail(record, externalId !== null);
    return {
      email: writtenEmail === null ? null : emailKey(writtenEmail),
      writtenEmail,
      externalId,
    };
  }

  private readExternalId(record: FileRecord): string | null {
    const { reader, idField } = this;
    const text = reader.find(idField, record);
    if (text === '') return null;
    // An id of our own export is literal.
    const [first = '', ...others] =
      reader.mapping.isOwnExport || !ID_SEPARATOR.test(text)
        ? [text]
        : text.split(ID_SEPARATOR).filter((part) => part !== '');
    if (others.length > 0) reader.warn('severalIds', record.line);
    const id = reader.cleanId(first);
    if (id === null) return null;
    return reader.accept(checkExternalId(idField, id), reader.column, record);
  }

  /** The address only has to be that of a lead, so it is not validated. */
  private readEmail(record: FileRecord, hasLeadId: boolean): string | null {
    const { reader } = this;
    const text = reader.find('email', record);
    if (text === '') {
      if (!hasLeadId) this.rejectLead();
      return null;
    }
    if (!NEEDS_CLEANING.test(text)) return text;
    const { email, others, texts } = readAddresses(text);
    if (hasLeadId && !email.includes('@')) {
      reader.warn('noAddress', record.line);
      return null;
    }
    // The lead is known: attendees without an address are no problem.
    if (texts.length > 0 && !hasLeadId) reader.reject(reader.column, TEXT_BESIDE_ADDRESS, text);
    if (others.length > 0) reader.warn('severalAddresses', record.line);
    return email;
  }

  private rejectLead(): void {
    const { reader, idField } = this;
    const column = reader.namedColumn('email');
    if (column !== null) reader.reject(column, 'email must not be empty', null);
    else reader.reject(reader.namedColumn(idField), `${idField} must not be empty`, null);
  }
}
