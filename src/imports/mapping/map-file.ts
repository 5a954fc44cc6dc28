import { INTERACTION_TYPES } from '../../interactions/interaction-type.js';
import { LEAD_STATUSES } from '../../leads/lead-status.js';
import { ImportFileError } from '../import-file-error.js';
import { findInteractionType, type MappedType } from '../values/interaction-types.js';
import { findLeadStatus } from '../values/lead-statuses.js';
import { isWholeName } from '../values/person-name.js';
import { isPlaceholder } from '../values/placeholder.js';
import { ROUNDED_NUMBER } from '../values/rounded-number.js';
import { textOfFormula } from '../values/spreadsheet-text.js';
import { foldedKey } from '../values/text-folding.js';
import {
  EXPORT_EXTRAS,
  EXPORT_FIELDS,
  FIELDS,
  type FieldsByKind,
  type ImportKind,
  JOINED_FIELDS,
} from './fields.js';
import {
  chooseLayout,
  type ColumnsByKey,
  type LayoutOf,
  type PresetMatch,
  recognisePreset,
} from './match-preset.js';
import { nearestName } from './nearest.js';
import type { ChangeLayout, InteractionLayout, Layout, LeadLayout, Preset } from './preset.js';
import { GENERIC_PRESET, OWN_PRESET, PRESET_NAMES, PRESETS } from './presets.js';
import { GENERIC_CHANGES, GENERIC_INTERACTIONS, GENERIC_LEADS } from './presets/generic.js';

/** Decisions of the caller. They have precedence over presets. */
export interface MappingOptions {
  readonly preset?: string;
  /** Fields by header; an empty field ignores the column. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Columns to ignore. Unlike in `columns`, the file may lack them. */
  readonly ignored?: readonly string[];
  /** Statuses of the API by those of the file. */
  readonly statuses?: Readonly<Record<string, string>>;
  /** Types of the API by those of the file. An empty key is the type of lines without one. */
  readonly types?: Readonly<Record<string, string>>;
  readonly externalSource?: string;
  /** Rejects a file with columns that are not mapped. */
  readonly isStrict?: boolean;
}

/** How the columns of a file become the fields of leads, interactions or changes. */
export interface FileMapping<Field extends string> {
  /** The header of the file, trimmed. */
  readonly header: readonly string[];
  readonly preset: string | null;
  /** The source of the external ids: the option, the name of the preset, or `csv`. */
  readonly externalSource: string;
  /** Indexes of the columns of the file for each field, in order of preference. */
  readonly sources: Readonly<Partial<Record<Field, readonly number[]>>>;
  /** Lines that are left out. */
  readonly exclusions: readonly MappedExclusion[];
  /** Lines about the creation of a lead. */
  readonly creations: readonly Pick<MappedExclusion, 'column' | 'values'>[];
  /** Names of the columns that are ignored, in order. */
  readonly ignored: readonly string[];
  /** What the caller should know: repeated headers, and fields with several columns. */
  readonly notices: readonly string[];
  /** Statuses of the API by folded key, from options and preset. */
  readonly statuses: ReadonlyMap<string, string>;
  /** Types by folded key, from options and preset. The empty key is the type of lines without one. */
  readonly types: ReadonlyMap<string, MappedType>;
  /** Statuses and types that the caller has mapped, as given. */
  readonly given: Pick<MappingOptions, 'statuses' | 'types'>;
  /** Whether the file is our own export, whose cells are not cleaned. */
  readonly isOwnExport: boolean;
}

export interface MappedExclusion {
  readonly column: number;
  /** Folded keys of the values. */
  readonly values: ReadonlySet<string>;
  readonly reason: string;
  readonly isPastOnly: boolean;
  readonly areKept: boolean;
}

const DEFAULT_SOURCE = 'csv';
const MAX_SOURCE_LENGTH = 255;

/** Headers in messages are shortened: in a file without a header, data is in its place. */
const MAX_PRINTED_NAME = 40;
const MAX_PRINTED_NAMES = 30;

/** The keys of headers that name the status of a lead or a state. */
const STATUS_OR_STATE: readonly string[] = ['Estado', 'State'].map(foldedKey);

/** The keys of headers that name a whole name, or beside one part of it the other part. */
const BARE_NAMES: ReadonlySet<string> = new Set(['Name', 'Nom', 'Nombre', 'Nome', 'Naam'].map(foldedKey));

const GENERIC = {
  leads: GENERIC_LEADS,
  interactions: GENERIC_INTERACTIONS,
  changes: GENERIC_CHANGES,
} as const;

/**
 * Maps the columns of a file. Columns given by the caller come first, then columns with the names of our fields,
 * then those of the preset, then common headers.
 * @param fileName for messages
 * @param samples the cells of the first records, which decide what an ambiguous header means
 * @throws ImportFileError if an option does not fit, if a required column is missing, or if a header stays ambiguous
 */
export function mapFile<Kind extends ImportKind>(
  kind: Kind,
  header: readonly string[],
  options: MappingOptions,
  fileName: string,
  samples: readonly (readonly string[])[] = [],
): FileMapping<FieldsByKind[Kind]> {
  return new HeaderMapper(kind, header, options, fileName, samples).map();
}

/** A layout of a kind that is not known at compile time. */
type AnyLayout = Layout<FieldsByKind[ImportKind]> &
  Pick<LeadLayout, 'statuses'> &
  Pick<InteractionLayout, 'types'> &
  Pick<ChangeLayout, 'creations'>;

class HeaderMapper<Kind extends ImportKind> {
  private readonly header: readonly string[];

  private readonly columns: ColumnsByKey;

  /** The field of each column; null: ignored by the caller. */
  private readonly fieldOf = new Map<number, FieldsByKind[Kind] | null>();

  private readonly sources: Partial<Record<string, number[]>> = {};

  private readonly notices: string[] = [];

  constructor(
    private readonly kind: Kind,
    header: readonly string[],
    private readonly options: MappingOptions,
    private readonly fileName: string,
    private readonly samples: readonly (readonly string[])[],
  ) {
    this.header = header.map((name) => name.replace(/^[\ufeff\u200b]+|ï»¿/g, '').trim());
    this.columns = columnsByKey(this.header);
  }

  map(): FileMapping<FieldsByKind[Kind]> {
    const { options, header } = this;
    const given = this.mapGivenColumns();
    const match = this.findPreset();
    const layout: AnyLayout | null = match?.layout ?? null;
    for (const field of FIELDS[this.kind]) if (!given.has(field)) this.addColumns(field, [field]);
    if (layout !== null) this.addLayout(layout.columns, given);
    const types = this.typesOf(layout);
    const statuses = this.statusesOf(match);
    if (this.options.preset !== OWN_PRESET) {
      this.addStatesOfLeads(statuses);
      const hasDates = this.sources.date !== undefined;
      this.addCommonHeaders(types.has(''));
      this.shareRecordedTimes([
        ...(layout?.columns.date ?? []),
        ...(hasDates ? [] : (this.commonHeaders()['date' as FieldsByKind[ImportKind]] ?? [])),
      ]);
      if (!given.has('fullName')) this.completeNames();
    }
    const isOwnExport = this.isOwnExport();
    const mapping = {
      header,
      preset: match?.preset.name ?? (isOwnExport ? OWN_PRESET : null),
      externalSource: this.externalSource(match),
      sources: this.sources as FileMapping<FieldsByKind[Kind]>['sources'],
      exclusions: this.exclusionsOf(layout),
      creations: this.creationsOf(layout),
      ignored: header.flatMap((_, index) => (this.fieldOf.get(index) == null ? [this.nameOf(index)] : [])),
      notices: [
        ...this.repeatedHeaders(),
        ...this.notices,
        ...this.severalColumns(),
        ...this.missingForNewLeads(),
      ],
      statuses,
      types,
      given: { statuses: options.statuses, types: options.types },
      isOwnExport,
    };
    this.requireFields(mapping);
    if (options.isStrict === true) this.rejectUnmapped();
    return mapping;
  }

  /** Columns that the caller ignores explicitly are accepted. */
  private rejectUnmapped(): void {
    const unmapped = this.header.flatMap((_, index) => (this.fieldOf.has(index) ? [] : [this.nameOf(index)]));
    const [first] = unmapped;
    if (first === undefined) return;
    throw this.error(
      `these columns are not mapped: ${printedNames(unmapped)}`,
      `Map them with --map "${shortened(first)}=FIELD", ignore them with --map "${shortened(first)}=", or leave out --strict.`,
    );
  }

  private mapGivenColumns(): ReadonlySet<string> {
    const given = new Set<string>();
    for (const [name, target] of Object.entries(this.options.columns ?? {})) {
      const indexes = this.findColumns(name);
      const field = this.findField(name, target);
      if (field !== null) given.add(field);
      for (const index of indexes) this.use(index, field);
    }
    for (const name of this.options.ignored ?? []) {
      for (const index of this.columns.get(foldedKey(name)) ?? []) {
        if (!this.fieldOf.has(index)) this.use(index, null);
      }
    }
    return given;
  }

  private findColumns(name: string): readonly number[] {
    const exact = this.header.flatMap((other, index) => (other === name.trim() ? [index] : []));
    const indexes = exact.length > 0 ? exact : (this.columns.get(foldedKey(name)) ?? []);
    if (indexes.length > 0 && name.trim() !== '') return indexes;
    const nearest = nearestName(name, this.header);
    throw this.error(
      `--map names the column ${printed(name)}, but the header has no such column`,
      `${didYouMean(nearest === null ? null : printed(nearest))}The columns are ${printedNames(this.header)}.`,
    );
  }

  private findField(name: string, target: string): FieldsByKind[Kind] | null {
    if (target.trim() === '') return null;
    const fields: readonly FieldsByKind[Kind][] = FIELDS[this.kind];
    const field = fields.find((known) => foldedKey(known) === foldedKey(target));
    if (field !== undefined) return field;
    const nearest = nearestName(target, fields);
    throw this.error(
      `--map "${shortened(name)}=${shortened(target)}" names a field that ${this.kind} do not have`,
      `${didYouMean(nearest)}The fields are ${fields.join(', ')}.`,
    );
  }

  private findPreset(): PresetMatch<Kind> | null {
    const { kind, header, columns } = this;
    const name = this.options.preset?.trim().toLowerCase();
    if (name === undefined)
      return this.isOwnExport()
        ? null
        : recognisePreset(kind, header, columns, PRESETS, (match) => this.hasIdsOf(match));
    if (name === OWN_PRESET || name === GENERIC_PRESET) return null;
    const preset = PRESETS.find((known) => foldedKey(known.name) === foldedKey(name));
    if (preset !== undefined) return chooseLayout(kind, header, columns, preset);
    const nearest = nearestName(name, PRESET_NAMES);
    throw this.error(
      `there is no preset ${printed(name)}`,
      `${didYouMean(nearest)}The presets are ${PRESET_NAMES.join(', ')}.`,
    );
  }

  private isOwnExport(): boolean {
    const names: readonly string[] = EXPORT_FIELDS[this.kind];
    const extras = [...EXPORT_EXTRAS, ...(this.options.ignored ?? [])];
    const given = this.header.filter((name) => !extras.includes(name));
    const isComplete = names.every((name) => given.includes(name)) && given.length === names.length;
    return isComplete && (this.options.preset === undefined || this.options.preset === OWN_PRESET);
  }

  private addLayout(columns: Layout<FieldsByKind[ImportKind]>['columns'], given: ReadonlySet<string>): void {
    for (const field of this.fieldsByPrecedence()) {
      if (!given.has(field)) this.addColumns(field, columns[field] ?? []);
    }
  }

  /** Fields without a column so far get columns with common headers. */
  private addCommonHeaders(hasDefaultType: boolean): void {
    const common = this.commonHeaders();
    for (const field of this.fieldsByPrecedence()) {
      // A file of calls may have a column "Type" that says something else.
      const isDecided = this.sources[field] !== undefined || (field === 'type' && hasDefaultType);
      if (!isDecided) this.addColumns(field, common[field] ?? []);
    }
  }

  /** A column such as "Created Date" is the recorded time before it is a date. */
  private fieldsByPrecedence(): readonly FieldsByKind[Kind][] {
    const fields: readonly FieldsByKind[Kind][] = FIELDS[this.kind];
    return [...fields].sort((a, b) => Number(b === 'recordedAt') - Number(a === 'recordedAt'));
  }

  /**
   * The recorded time is also the date of lines that have no other one, if the column is a usual one for dates.
   * @param names usual names of columns with dates
   */
  private shareRecordedTimes(names: readonly string[]): void {
    const keys = new Set(names.map(foldedKey));
    for (const index of this.sources.recordedAt ?? []) {
      if (!keys.has(foldedKey(this.nameOf(index)))) continue;
      const others = this.sources.date ?? [];
      this.sources.date = [...others, index];
      this.notices.push(
        others.length === 0
          ? `${printed(this.nameOf(index))} is the date and the recorded time`
          : `${printed(this.nameOf(index))} is the recorded time, and the date of lines without another one`,
      );
    }
  }

  private commonHeaders(): Layout<FieldsByKind[ImportKind]>['columns'] {
    return GENERIC[this.kind];
  }

  /** Whether the ids of leads in the file, if any, look like those of the tool. */
  private hasIdsOf({ preset: { idForm }, layout }: { preset: Preset; layout: LayoutOf<Kind> }): boolean {
    if (idForm === undefined) return true;
    const field = this.kind === 'interactions' ? 'leadExternalId' : 'externalId';
    const columns: Layout<FieldsByKind[ImportKind]>['columns'] = layout.columns;
    const names = [...(columns[field] ?? []), ...(this.commonHeaders()[field] ?? [])];
    const index = names.flatMap((name) => this.columns.get(foldedKey(name)) ?? [])[0];
    if (index === undefined) return true;
    const ids = this.valuesOf(index)
      .map((value) => textOfFormula(value) ?? value)
      .filter((value) => !ROUNDED_NUMBER.test(value));
    return ids.length === 0 || ids.some((id) => id.split(/[;,]/).some((part) => idForm.test(part.trim())));
  }

  /** Columns such as "Estado" contain the status of a lead, or a state. The values decide. */
  private addStatesOfLeads(statuses: ReadonlyMap<string, string>): void {
    if (this.kind !== 'leads') return;
    const others = this.commonHeaders()['status' as FieldsByKind[ImportKind]] ?? [];
    const hasStatus =
      this.sources.status !== undefined || others.some((name) => this.columns.has(foldedKey(name)));
    for (const index of STATUS_OR_STATE.flatMap((name) => this.columns.get(name) ?? [])) {
      const values = new Set(this.valuesOf(index));
      if (this.fieldOf.has(index) || values.size === 0) continue;
      const known = [...values].filter((value) => findLeadStatus(value, statuses) !== null);
      // A second column of statuses is neither the status nor a location.
      if (known.length === values.size) this.use(index, hasStatus ? null : ('status' as FieldsByKind[Kind]));
      else if (known.length > 0 && !hasStatus) {
        const name = shortened(this.nameOf(index));
        throw this.error(
          `the column ${printed(name)} may be the status of a lead or a state: ${printedNames([...values])}`,
          `Decide with --map "${name}=status" or --map "${name}=location".`,
        );
      }
    }
  }

  /** "Vorname" and "Name" are the two parts of a name, unless "Name" contains the other part or several words. */
  private completeNames(): void {
    const { firstName, lastName, fullName = [] } = this.sources;
    const index = fullName.find((column) => BARE_NAMES.has(foldedKey(this.nameOf(column))));
    const [given] = firstName ?? lastName ?? [];
    if (index === undefined || given === undefined) return;
    if (firstName !== undefined && lastName !== undefined) return;
    const pairs = this.samples
      .map((cells) => [(cells[given] ?? '').trim(), (cells[index] ?? '').trim()] as const)
      .filter(([part, bare]) => part !== '' && bare !== '');
    const wholeCount = pairs.filter(([part, bare]) => isWholeName(bare, part)).length;
    if (wholeCount * 2 > pairs.length) return;
    const missing = firstName === undefined ? 'firstName' : 'lastName';
    this.notices.push(
      `${printed(this.nameOf(index))} is read as ${missing}, because ${printed(this.nameOf(given))} is the other part`,
    );
    this.sources[missing] = [index];
    const rest = fullName.filter((column) => column !== index);
    this.sources.fullName = rest.length === 0 ? undefined : rest;
    this.fieldOf.set(index, missing as FieldsByKind[Kind]);
  }

  /** The trimmed cells of a column in the first records that are not empty. */
  private valuesOf(index: number): string[] {
    return this.samples
      .map((cells) => (cells[index] ?? '').trim())
      .filter((value) => value !== '' && !isPlaceholder(value));
  }

  private addColumns(field: FieldsByKind[Kind], names: readonly string[]): void {
    for (const name of names) {
      for (const index of this.columns.get(foldedKey(name)) ?? []) {
        if (!this.fieldOf.has(index)) this.use(index, field);
      }
    }
  }

  private use(index: number, field: FieldsByKind[Kind] | null): void {
    const previous = this.fieldOf.get(index);
    if (previous === field && previous !== undefined) return;
    if (previous != null) {
      throw this.error(
        `--map gives the column ${printed(this.nameOf(index))} to ${previous} and to ${field ?? 'nothing'}`,
        'Name the column once.',
      );
    }
    this.fieldOf.set(index, field);
    if (field !== null) (this.sources[field] ??= []).push(index);
  }

  private externalSource(match: PresetMatch<Kind> | null): string {
    const source = this.options.externalSource?.trim();
    if (source === '' || (source?.length ?? 0) > MAX_SOURCE_LENGTH) {
      throw this.error(
        'the name of the external source is invalid',
        `It must have 1 to ${MAX_SOURCE_LENGTH} characters.`,
      );
    }
    return source ?? match?.preset.name ?? DEFAULT_SOURCE;
  }

  private creationsOf(layout: AnyLayout | null): FileMapping<string>['creations'] {
    return (layout?.creations ?? []).flatMap(({ column, values }) => {
      const index = this.columns.get(foldedKey(column))?.[0];
      return index === undefined ? [] : [{ column: index, values: new Set(values.map(foldedKey)) }];
    });
  }

  private exclusionsOf(layout: AnyLayout | null): MappedExclusion[] {
    return (layout?.exclusions ?? []).flatMap(
      ({ column, values, reason, isPastOnly = false, areKept = false }) => {
        const index = this.columns.get(foldedKey(column))?.[0];
        return index === undefined
          ? []
          : [{ column: index, values: new Set(values.map(foldedKey)), reason, isPastOnly, areKept }];
      },
    );
  }

  private statusesOf(match: PresetMatch<Kind> | null): ReadonlyMap<string, string> {
    const statuses = new Map<string, string>();
    if (this.kind === 'interactions') return statuses;
    const layout: AnyLayout | null = match?.layout ?? null;
    const layouts: readonly LeadLayout[] =
      this.kind === 'changes' ? (match?.preset.leads ?? []) : layout === null ? [] : [layout];
    for (const [name, status] of layouts.flatMap((one) => Object.entries(one.statuses ?? {})))
      statuses.set(foldedKey(name), status);
    for (const [name, target] of Object.entries(this.options.statuses ?? {})) {
      const status = findLeadStatus(target, new Map());
      if (status === null || !LEAD_STATUSES.includes(status)) {
        throw this.error(...unknownTarget('--map-status', name, target, 'status', LEAD_STATUSES));
      }
      statuses.set(foldedKey(name), status);
    }
    return statuses;
  }

  private typesOf(layout: InteractionLayout | null): ReadonlyMap<string, MappedType> {
    const types = new Map<string, MappedType>();
    if (this.kind !== 'interactions') return types;
    const given = this.options.types ?? {};
    for (const [name, target] of [...Object.entries(layout?.types ?? {}), ...Object.entries(given)]) {
      const type = findInteractionType(target, new Map());
      if (type === null) {
        throw this.error(...unknownTarget('--map-type', name, target, 'type', INTERACTION_TYPES));
      }
      types.set(foldedKey(name), type);
    }
    return types;
  }

  private requireFields({ sources, types }: Pick<FileMapping<string>, 'sources' | 'types'>): void {
    const missing: string[] = [];
    if (this.kind === 'leads') {
      if (sources.email === undefined && sources.externalId === undefined) missing.push('email');
    } else if (this.kind === 'changes') {
      if (sources.email === undefined && sources.externalId === undefined) missing.push('email');
      if (sources.date === undefined) missing.push('date');
      if (sources.status === undefined && sources.budget === undefined) missing.push('status');
    } else {
      if (sources.email === undefined && sources.leadExternalId === undefined) missing.push('email');
      if (sources.date === undefined) missing.push('date');
      if (sources.type === undefined && !types.has('')) missing.push('type');
    }
    if (missing.length === 0) return;
    if (this.header.some((name) => name.includes('@'))) {
      throw this.error(
        `its first line looks like data, not like the names of columns: ${printedNames(this.header)}`,
        'Add a line with the names of the columns, or set their line with --header-line.',
      );
    }
    const explained = missing.map((field) => MISSING[this.kind][field]).join('; ');
    const [example = 'email'] = missing;
    const proposal =
      example === 'type'
        ? 'State the type of all lines with --map-type "=call", or name the column with --map "COLUMN=type"'
        : `Name the column with --map "${this.likelyColumn(example)}=${example}"`;
    throw this.error(`${explained}. The columns are ${printedNames(this.header)}`, `${proposal}.`);
  }

  /** Without these columns, lines can only change leads that exist. */
  private missingForNewLeads(): string[] {
    if (this.kind !== 'leads') return [];
    return (['email', 'firstName', 'lastName'] as const).flatMap((field) => {
      const isName = field !== 'email';
      if (this.sources[field] !== undefined || (isName && this.sources.fullName !== undefined)) return [];
      return [
        `the header has no column for ${field}, which new leads need; if there is one, name it with --map "${this.likelyColumn(field)}=${field}"`,
      ];
    });
  }

  private likelyColumn(field: string): string {
    const ignored = this.header.filter((name, index) => name !== '' && this.fieldOf.get(index) == null);
    const common = this.commonHeaders();
    const names = [field, ...(common[field as FieldsByKind[Kind]] ?? [])];
    for (const name of names) {
      const nearest = nearestName(name, ignored);
      if (nearest !== null) return nearest;
    }
    return 'COLUMN';
  }

  private repeatedHeaders(): string[] {
    const repeated = [...this.columns].filter(([key, indexes]) => key !== '' && indexes.length > 1);
    return repeated.map(([, indexes]) => {
      const [first = 0] = indexes;
      const positions = indexes.map((index) => index + 1).join(', ');
      return `the header has ${printed(this.nameOf(first))} ${indexes.length} times, as columns ${positions}`;
    });
  }

  private severalColumns(): string[] {
    return FIELDS[this.kind].flatMap((field) => {
      const indexes = this.sources[field] ?? [];
      if (indexes.length < 2) return [];
      const names = indexes.map((index) => printed(this.nameOf(index)));
      return JOINED_FIELDS.has(field)
        ? [`${field} joins ${names.join(', ')}`]
        : [`${field} is the first value of ${names.join(', ')}`];
    });
  }

  private nameOf(index: number): string {
    const name = this.header[index] ?? '';
    return name === '' ? `column ${index + 1}` : name;
  }

  private error(problem: string, proposal: string): ImportFileError {
    return new ImportFileError({ file: this.fileName }, problem, proposal);
  }
}

const MISSING: Readonly<Record<ImportKind, Readonly<Record<string, string>>>> = {
  leads: { email: 'the header has no column for the e-mail address or the external id of the lead' },
  interactions: {
    email: 'the header has no column for the e-mail address or the external id of the lead',
    date: 'the header has no column for the date of the interaction',
    type: 'the header has no column for the type of the interaction',
  },
  changes: {
    email: 'the header has no column for the e-mail address or the external id of the lead',
    date: 'the header has no column for the time at which the change took effect',
    status: 'the header has no column for the status or the budget',
  },
};

function unknownTarget(
  option: string,
  name: string,
  target: string,
  field: string,
  known: readonly string[],
): [string, string] {
  return [
    `${option} "${shortened(name)}=${shortened(target)}" names an unknown ${field}`,
    `${didYouMean(nearestName(target, known))}The values are ${known.join(', ')}.`,
  ];
}

const didYouMean = (nearest: string | null): string => (nearest === null ? '' : `Did you mean ${nearest}? `);

function columnsByKey(header: readonly string[]): ColumnsByKey {
  const columns = new Map<string, number[]>();
  for (const [index, name] of header.entries()) {
    const key = foldedKey(name);
    if (key === '') continue;
    const indexes = columns.get(key);
    if (indexes === undefined) columns.set(key, [index]);
    else indexes.push(index);
  }
  return columns;
}

const shortened = (name: string): string =>
  name.length > MAX_PRINTED_NAME ? `${name.slice(0, MAX_PRINTED_NAME)}…` : name;

const printed = (name: string): string => JSON.stringify(shortened(name));

function printedNames(names: readonly string[]): string {
  const more = names.length - MAX_PRINTED_NAMES;
  const list = names.slice(0, MAX_PRINTED_NAMES).map(printed).join(', ');
  return more > 0 ? `${list} and ${more} more` : list;
}
