import { foldedKey } from '../values/text-folding.js';
import type { FieldsByKind, ImportKind } from './fields.js';
import type { ChangeLayout, InteractionLayout, Layout, LeadLayout, Preset } from './preset.js';

/** The columns of a file by the key of their header, in the order of the file. */
export type ColumnsByKey = ReadonlyMap<string, readonly number[]>;

interface LayoutsByKind {
  readonly leads: LeadLayout;
  readonly interactions: InteractionLayout;
  readonly changes: ChangeLayout;
}
export type LayoutOf<Kind extends ImportKind> = LayoutsByKind[Kind];

export interface PresetMatch<Kind extends ImportKind> {
  readonly preset: Preset;
  /** Null if the preset was requested, but none of its layouts fits. */
  readonly layout: LayoutOf<Kind> | null;
}

/** Key matches count less than headers in exactly the spelling of the tool: "Record Id" and "Record ID". */
const KEY_POINTS = 2;
const SPELLING_POINTS = 1;

/**
 * Finds the preset whose layout explains the header best. Null if no signature is complete.
 * @param isPossible whether the values of the file allow a layout
 */
export function recognisePreset<Kind extends ImportKind>(
  kind: Kind,
  header: readonly string[],
  columns: ColumnsByKey,
  presets: readonly Preset[],
  isPossible: (match: { preset: Preset; layout: LayoutOf<Kind> }) => boolean = () => true,
): PresetMatch<Kind> | null {
  let best: { match: PresetMatch<Kind>; points: number } | null = null;
  for (const preset of presets) {
    for (const layout of layoutsOf(preset, kind)) {
      if (!layout.signatures.some((names) => names.every((name) => columns.has(foldedKey(name))))) continue;
      if (!isPossible({ preset, layout })) continue;
      const points = pointsOf(layout, header, columns);
      if (best === null || points > best.points) best = { match: { preset, layout }, points };
    }
  }
  return best?.match ?? null;
}

/** Returns the layout of a requested preset that explains the header best, even if no signature is complete. */
export function chooseLayout<Kind extends ImportKind>(
  kind: Kind,
  header: readonly string[],
  columns: ColumnsByKey,
  preset: Preset,
): PresetMatch<Kind> {
  const recognised = recognisePreset(kind, header, columns, [preset]);
  if (recognised !== null) return recognised;
  const ranked = layoutsOf(preset, kind)
    .map((layout) => ({ layout, points: pointsOf(layout, header, columns) }))
    .sort((a, b) => b.points - a.points);
  const [best] = ranked;
  return { preset, layout: best !== undefined && best.points > 0 ? best.layout : null };
}

function layoutsOf<Kind extends ImportKind>(preset: Preset, kind: Kind): readonly LayoutOf<Kind>[] {
  const layouts: { readonly [One in ImportKind]: readonly LayoutOf<One>[] } = { changes: [], ...preset };
  return layouts[kind];
}

function pointsOf(
  layout: Layout<FieldsByKind[ImportKind]>,
  header: readonly string[],
  columns: ColumnsByKey,
): number {
  const names = new Set([...layout.signatures.flat(), ...Object.values(layout.columns).flat()]);
  const keys = new Set([...names].map(foldedKey).filter((key) => columns.has(key)));
  const spelled = new Set(header.filter((name) => names.has(name.trim())).map(foldedKey));
  return keys.size * KEY_POINTS + spelled.size * SPELLING_POINTS;
}
