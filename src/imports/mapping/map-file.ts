import { INTERACTION_TYPES } from '../../interactions/interaction-type.js';
import { LEAD_STATUSES } from '../../leads/lead-status.js';
import { ImportFileError } from '../import-file-error.js';
import { findInteractionType, type MappedType } from '../values/interaction-types.js';
import { findLeadStatus } from '../values/lead-statuses.js';
import { foldedKey } from '../values/text-folding.js';
import {
  EXPORT_EXTRAS,
  EXPORT_FIELDS,
  FIELDS,
  type FieldsByKind,
  type ImportKind,
  JOINED_FIELDS,
} from './fields.js';
import { chooseLayout, type ColumnsByKey, type PresetMatch, recognisePreset } from './match-preset.js';
import { nearestName } from './nearest.js';
import type { InteractionLayout, Layout, LeadLayout } from './preset.js';
import { GENERIC_PRESET, OWN_PRESET, PRESET_NAMES, PRESETS } from './presets.js';
import { GENERIC_INTERACTIONS, GENERIC_LEADS } from './presets/generic.js';

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

/** How the columns of a file become the fields of leads or interactions. */
export interface FileMapping<Field extends string> {
  /** The header of the file, trimmed. */
  readonly header: readonly string[];
  readonly preset: string | null;
  /** The source of the external ids: the option, the name of the preset, or `csv`. */
  readonly externalSource: string;
  /** Indexes of the columns of the file for each field, in order of preference. */
  readonly sources: Readonly<Partial<Record<Field, readonly number[]>>>;
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

const DEFAULT_SOURCE = 'csv';
const MAX_SOURCE_LENGTH = 255;

/** Headers in messages are shortened: in a file without a header, data is in its place. */
const MAX_PRINTED_NAME = 40;
const MAX_PRINTED_NAMES = 30;

const GENERIC = { leads: GENERIC_LEADS, interactions: GENERIC_INTERACTIONS } as const;

/**
 * Maps the columns of a file. Columns given by the caller come first, then columns with the names of our fields,
 * then those of the preset, then common headers.
 * @param fileName for messages
 * @throws ImportFileError if an option does not fit, or if a required column is missing
 */
export function mapFile<Kind extends ImportKind>(
  kind: Kind,
  header: readonly string[],
  options: MappingOptions,
  fileName: string,
): FileMapping<FieldsByKind[Kind]> {
  return new HeaderMapper(kind, header, options, fileName).map();
}

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
  ) {
    this.header = header.map((name) => name.replace(/^[\ufeff\u200b]+|ï»¿/g, '').trim());
    this.columns = columnsByKey(this.header);
  }

  map(): FileMapping<FieldsByKind[Kind]> {
    const { options, header } = this;
    const given = this.mapGivenColumns();
    const match = this.findPreset();
    const layout: (LeadLayout & InteractionLayout) | null = match?.layout ?? null;
    for (const field of FIELDS[this.kind]) if (!given.has(field)) this.addColumns(field, [field]);
    if (layout !== null) this.addLayout(layout.columns, given);
    const types = this.typesOf(layout);
    this.addCommonHeaders(types.has(''));
    const isOwnExport = this.isOwnExport();
    const mapping = {
      header,
      preset: match?.preset.name ?? (isOwnExport ? OWN_PRESET : null),
      externalSource: this.externalSource(match),
      sources: this.sources as FileMapping<FieldsByKind[Kind]>['sources'],
      ignored: header.flatMap((_, index) => (this.fieldOf.get(index) == null ? [this.nameOf(index)] : [])),
      notices: [...this.repeatedHeaders(), ...this.notices, ...this.severalColumns()],
      statuses: this.statusesOf(layout),
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
      return this.isOwnExport() ? null : recognisePreset(kind, header, columns, PRESETS);
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
    for (const field of FIELDS[this.kind]) {
      if (!given.has(field)) this.addColumns(field, columns[field] ?? []);
    }
  }

  /** Fields without a column so far get columns with common headers. */
  private addCommonHeaders(hasDefaultType: boolean): void {
    if (this.options.preset === OWN_PRESET) return;
    const common: Layout<FieldsByKind[ImportKind]>['columns'] = GENERIC[this.kind];
    for (const field of FIELDS[this.kind]) {
      // A file of calls may have a column "Type" that says something else.
      const isDecided = this.sources[field] !== undefined || (field === 'type' && hasDefaultType);
      if (!isDecided) this.addColumns(field, common[field] ?? []);
    }
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

  private statusesOf(layout: LeadLayout | null): ReadonlyMap<string, string> {
    const statuses = new Map<string, string>();
    if (this.kind !== 'leads') return statuses;
    for (const [name, status] of Object.entries(layout?.statuses ?? {}))
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
    } else {
      if (sources.email === undefined && sources.leadExternalId === undefined) missing.push('email');
      if (sources.date === undefined) missing.push('date');
      if (sources.type === undefined && !types.has('')) missing.push('type');
    }
    if (missing.length === 0) return;
    const explained = missing.map((field) => MISSING[this.kind][field]).join('; ');
    const [example = 'email'] = missing;
    const proposal =
      example === 'type'
        ? 'State the type of all lines with --map-type "=call", or name the column with --map "COLUMN=type"'
        : `Name the column with --map "${this.likelyColumn(example)}=${example}"`;
    throw this.error(`${explained}. The columns are ${printedNames(this.header)}`, `${proposal}.`);
  }

  private likelyColumn(field: string): string {
    const ignored = this.header.filter((name, index) => name !== '' && this.fieldOf.get(index) == null);
    const common: Layout<FieldsByKind[ImportKind]>['columns'] = GENERIC[this.kind];
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
