import { checkEmail, checkExternalId, checkLeadText } from './api-rules.js';
import { BudgetCells } from './budget-cells.js';
import type { Rejection } from './import-report.js';
import { type FileRecord, LineReader, type ReaderReport } from './line-reader.js';
import type { LeadField } from './mapping/fields.js';
import type { FileMapping } from './mapping/map-file.js';
import type { FormatOptions } from './mapping/mapping-file.js';
import { StatusCells } from './status-cells.js';
import { readAddresses, TEXT_BESIDE_ADDRESS } from './values/email-address.js';
import { ROUNDED_NUMBER } from './values/rounded-number.js';
import { EAST_ASIAN, type PersonName, splitName } from './values/person-name.js';

/** The values of a line about a lead, valid by the rules of the API. Null: the line does not give the value. */
export interface LeadRow {
  readonly line: number;
  /** In lower case, as stored. */
  readonly email: string | null;
  /** The e-mail in the letters of the file, by which an adopted database may tell leads apart. */
  readonly writtenEmail: string | null;
  readonly externalId: string | null;
  /** Null if there is no external id. */
  readonly externalSource: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  /** A decimal text with two decimals, such as 1234.50. */
  readonly budget: string | null;
  readonly location: string | null;
  readonly company: string | null;
  readonly source: string | null;
  readonly status: string | null;
}

/** Reads the lines of a file of leads. */
export class LeadLineReader {
  private readonly reader: LineReader<LeadField>;

  private readonly budgets: BudgetCells;

  private readonly statuses: StatusCells;

  /**
   * @param fileName for messages
   * @throws ImportFileError if the time zone is unknown
   */
  constructor(
    fileName: string,
    private readonly mapping: FileMapping<LeadField>,
    formats: FormatOptions,
  ) {
    this.reader = new LineReader(fileName, mapping, formats, ['budget']);
    this.budgets = new BudgetCells(this.reader, formats);
    this.statuses = new StatusCells(this.reader, 'status', (record) => this.reader.find('status', record));
  }

  /** Assumes the formats of the first records, so that the file is rarely read twice. */
  assumeFrom(records: readonly FileRecord[]): void {
    this.budgets.assumeFrom(records);
  }

  /** Returns the row, or all violations of the line. */
  read(record: FileRecord): LeadRow | Rejection {
    const { reader } = this;
    const invalid = reader.begin(record);
    if (invalid !== null) return invalid;
    reader.exclude(record, false);
    const address = this.readEmail(record);
    const { email } = address;
    const { firstName, lastName } = this.readName(record, address);
    const phone = this.readPhone(record);
    const budget = this.budgets.read(record);
    const location = this.readLocation(record);
    const company = this.readText('company', record);
    const source = this.readText('source', record);
    const status = this.statuses.read(record);
    const externalId = this.readExternalId(record);
    const externalSource = externalId === null ? null : this.readExternalSource(record);
    const rejection = reader.rejection(record);
    if (rejection === null && email === null && externalId === null) {
      const column = reader.namedColumn('email');
      reader.reject(
        column,
        column === null ? 'externalId must not be empty' : 'email must not be empty',
        null,
      );
    }
    return (
      reader.rejection(record) ?? {
        line: record.line,
        email,
        writtenEmail: email === null ? null : address.written,
        externalId,
        externalSource,
        firstName,
        lastName,
        phone,
        budget,
        location,
        company,
        source,
        status,
      }
    );
  }

  /**
   * Call it after the last line. After 'again', the file has to be read from the start: the assumed decimal mark
   * was wrong.
   * @throws ImportFileError if the file does not decide between decimal comma and point
   */
  settle(): 'settled' | 'again' {
    return this.reader.settle([this.budgets.format]);
  }

  /** The report on the lines since the last start. Formats are known after `settle`. */
  report(): ReaderReport {
    return this.reader.report();
  }

  private readEmail(record: FileRecord): WrittenEmail {
    const text = this.reader.find('email', record);
    if (text === '') return NO_EMAIL;
    const { column } = this.reader;
    const direct = checkEmail(text);
    if (typeof direct === 'string' && !text.includes(',')) {
      return { email: direct, written: text, name: null, column };
    }
    const { email, name, others, texts } = readAddresses(text);
    if (others.length > 0) this.reader.warn('severalAddresses', record.line);
    if (texts.length > 0) this.reader.reject(column, TEXT_BESIDE_ADDRESS, text);
    return { email: this.reader.accept(checkEmail(email), column, record), written: email, name, column };
  }

  private readName(record: FileRecord, address: WrittenEmail): PersonName {
    const given = {
      firstName: this.readText('firstName', record),
      lastName: this.readText('lastName', record),
    };
    if (given.firstName !== null && given.lastName !== null) return given;
    const fullName = this.reader.find('fullName', record);
    if (fullName !== '') {
      const name = completed(given, fullName);
      if (name === given) return given;
      this.reader.warn('nameSplit', record.line);
      return this.checkName(name, this.reader.column, record);
    }
    if (given.firstName !== null || given.lastName !== null || address.name === null) return given;
    this.reader.warn('nameFromAddress', record.line);
    return this.checkName(splitName(address.name), address.column, record);
  }

  private checkName(name: PersonName, column: number, record: FileRecord): PersonName {
    const part = (field: 'firstName' | 'lastName') => {
      const text = name[field];
      return text === null ? null : this.reader.accept(checkLeadText(field, text), column, record);
    };
    return { firstName: part('firstName'), lastName: part('lastName') };
  }

  private readText(
    field: 'firstName' | 'lastName' | 'phone' | 'company' | 'source',
    record: FileRecord,
  ): string | null {
    const text = this.reader.find(field, record);
    return text === '' ? null : this.reader.accept(checkLeadText(field, text), this.reader.column, record);
  }

  private readPhone(record: FileRecord): string | null {
    if (this.mapping.isOwnExport) return this.readText('phone', record);
    for (const column of this.mapping.sources.phone ?? []) {
      // Google Contacts joins the numbers of a person.
      const numbers = this.reader
        .clean(record, column)
        .split(':::')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      const [first, ...others] = numbers.filter((part) => !ROUNDED_NUMBER.test(part));
      if (numbers.some((part) => ROUNDED_NUMBER.test(part))) this.reader.warn('roundedPhone', record.line);
      if (first === undefined) continue;
      if (others.length > 0) this.reader.warn('severalPhones', record.line);
      return this.reader.accept(checkLeadText('phone', first), column, record);
    }
    return null;
  }

  private readLocation(record: FileRecord): string | null {
    const text = this.reader.join('location', ', ', record);
    return text === ''
      ? null
      : this.reader.accept(checkLeadText('location', text), this.reader.column, record);
  }

  private readExternalId(record: FileRecord): string | null {
    const text = this.reader.find('externalId', record);
    const id = text === '' ? null : this.reader.cleanId(text);
    return id === null
      ? null
      : this.reader.accept(checkExternalId('externalId', id), this.reader.column, record);
  }

  private readExternalSource(record: FileRecord): string | null {
    const text = this.reader.find('externalSource', record);
    if (text === '') return this.mapping.externalSource;
    return this.reader.accept(checkExternalId('externalSource', text), this.reader.column, record);
  }
}

interface WrittenEmail {
  readonly email: string | null;
  /** The address in the letters of the file. */
  readonly written: string | null;
  /** The name in front of the address. */
  readonly name: string | null;
  readonly column: number;
}

const NO_EMAIL: WrittenEmail = { email: null, written: null, name: null, column: -1 };

/**
 * Adds the part of a full name that is missing. A full name that contradicts the given part is ignored; then the
 * given name is returned itself.
 */
function completed(given: PersonName, fullName: string): PersonName {
  const split = splitName(fullName);
  const { firstName, lastName } = given;
  if (firstName === null && lastName === null) return split;
  if (firstName === null ? lastName === split.lastName : firstName === split.firstName) return split;
  // One word is the other part, or in East Asian letters both parts.
  const word = split.firstName === null ? split.lastName : null;
  if (word === null || word === firstName) return given;
  const isBoth = EAST_ASIAN.test(word);
  if (firstName === null) {
    const rest =
      isBoth && lastName !== null && word.startsWith(lastName) ? word.slice(lastName.length) : word;
    return { firstName: rest, lastName };
  }
  const rest = isBoth && word.endsWith(firstName) ? word.slice(0, -firstName.length) : word;
  return { firstName, lastName: rest };
}
