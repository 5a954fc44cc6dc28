/** The fields of a lead that a column can be mapped to. `fullName` is split into the other two names. */
export const LEAD_FIELDS = [
  'firstName',
  'lastName',
  'fullName',
  'email',
  'phone',
  'budget',
  'location',
  'company',
  'source',
  'status',
  'externalId',
  'externalSource',
] as const;
export type LeadField = (typeof LEAD_FIELDS)[number];

/** The fields of an interaction that a column can be mapped to. `time` is joined to a `date` without a time. */
export const INTERACTION_FIELDS = [
  'email',
  'leadExternalId',
  'type',
  'date',
  'time',
  'recordedAt',
  'notes',
  'direction',
  'externalId',
  'externalSource',
  'occurrence',
] as const;
export type InteractionField = (typeof INTERACTION_FIELDS)[number];

/**
 * The fields of a change of a lead that a column can be mapped to. `externalId` is the one of the lead. The date is the time at
 * which the change took effect, and `time` is joined to a date without a time.
 */
const CHANGE_FIELDS = [
  'email',
  'externalId',
  'externalSource',
  'status',
  'statusBefore',
  'budget',
  'date',
  'time',
  'recordedAt',
] as const;
export type ChangeField = (typeof CHANGE_FIELDS)[number];

export type ImportKind = 'leads' | 'interactions' | 'changes';

export interface FieldsByKind {
  readonly leads: LeadField;
  readonly interactions: InteractionField;
  readonly changes: ChangeField;
}

export const FIELDS: { readonly [Kind in ImportKind]: readonly FieldsByKind[Kind][] } = {
  leads: LEAD_FIELDS,
  interactions: INTERACTION_FIELDS,
  changes: CHANGE_FIELDS,
};

/** The columns of our own export, which has no file of changes. */
export const EXPORT_FIELDS: { readonly [Kind in ImportKind]: readonly FieldsByKind[Kind][] } = {
  leads: LEAD_FIELDS.filter((field) => field !== 'fullName'),
  interactions: INTERACTION_FIELDS.filter(
    (field) => !['time', 'recordedAt', 'leadExternalId'].includes(field),
  ),
  changes: [],
};

/** Columns that an export may have in addition. An import ignores them. */
export const EXPORT_EXTRAS: readonly string[] = ['activityScore', 'scoreCalculatedAt'];

/** These fields join all of their columns. Other fields take the first column that is not empty. */
export const JOINED_FIELDS: ReadonlySet<string> = new Set(['notes', 'location']);
