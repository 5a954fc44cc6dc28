import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { compareSchemas, type SchemaChange, type SchemaChanges, schemaOf } from './schema-changes.js';
import { type Commit, type FileHistory, historyOf } from './schema-history.js';

const FILE = 'schema.graphql';
const NOT_COMMITTED = 'not committed yet';

/**
 * The number of checked commits that changed the schema. An older breaking change has been reported long ago,
 * or is intended.
 */
const COMMITS_BACK = 100;

export interface SchemaVerdict {
  readonly isOk: boolean;
  /** Readable text; empty if there is nothing to report. */
  readonly report: string;
}

/** The changes from one version of the schema to the next. */
interface Step extends SchemaChanges {
  readonly name: string;
  readonly before: string;
  readonly isLatest: boolean;
  /** The keys of the breaking changes that a commit message announces. */
  readonly announced: ReadonlySet<string>;
}

/**
 * Checks that every breaking change was announced: by the trailer `Breaking-change: …` in the message of its
 * commit, or by `isBreakWanted` if it is not committed yet. Compares each version with the previous one
 * instead of the working tree with HEAD, because in CI the change is already committed. A breaking change
 * that was reverted does not count, so history need not be rewritten.
 *
 * @param directory the directory of schema.graphql, in a git repository or not
 */
export async function checkSchema(directory: string, isBreakWanted = false): Promise<SchemaVerdict> {
  const history = await historyOf(directory, FILE);
  if (history === null) return { isOk: true, report: 'There is no git history: nothing was compared.' };
  const current = readable(await readFile(path.join(directory, FILE), 'utf8').catch(() => null));
  if (current === null)
    return { isOk: false, report: `${FILE} is missing or not a valid schema: run \`pnpm generate\`.` };
  const steps = await stepsOf(history, current, isBreakWanted);
  const unannounced = await unannouncedIn(steps, current);
  const lines = [
    ...(history.isShallow ? ['The clone is shallow: only the available commits were compared.'] : []),
    ...notableIn(steps),
    ...(unannounced.length === 0 ? [] : [COMPLAINT, ...unannounced, REMEDY]),
  ];
  return { isOk: unannounced.length === 0, report: lines.join('\n') };
}

async function stepsOf(history: FileHistory, current: string, isBreakWanted: boolean): Promise<Step[]> {
  const commits = await history.mainLine(COMMITS_BACK + 1);
  const steps: Step[] = [];
  let before: string | null = null;
  for (const [index, commit] of commits.entries()) {
    const after = readable(await history.contentAt(commit.hash));
    // A missing or invalid version is skipped: the next one is compared with the last valid one.
    if (after === null) continue;
    if (before !== null) {
      const changes = await compareSchemas(before, after);
      steps.push({
        ...changes,
        name: commit.name,
        before,
        isLatest: index === commits.length - 1,
        announced: await announcedBy(commit, changes, history),
      });
    }
    before = after;
  }
  if (before === null || before === current) return steps;
  const changes = await compareSchemas(before, current);
  const announced = new Set(isBreakWanted ? changes.breaking.map(({ key }) => key) : []);
  return [...steps, { ...changes, name: NOT_COMMITTED, before, isLatest: true, announced }];
}

function readable(sdl: string | null): string | null {
  try {
    if (sdl !== null) schemaOf(sdl);
    return sdl;
  } catch {
    return null;
  }
}

async function announcedBy(
  commit: Commit,
  { breaking }: SchemaChanges,
  history: FileHistory,
): Promise<Set<string>> {
  if (commit.reasons.length > 0) return new Set(breaking.map(({ key }) => key));
  if (!commit.isMerge || breaking.length === 0) return new Set();
  const keys = new Set<string>();
  for (const merged of await history.mergedBy(commit)) {
    const [before, after] = [
      readable(await history.contentAt(`${merged.hash}^`)),
      readable(await history.contentAt(merged.hash)),
    ];
    if (merged.reasons.length === 0 || before === null || after === null) continue;
    for (const { key } of (await compareSchemas(before, after)).breaking) keys.add(key);
  }
  return keys;
}

/** Returns unannounced breaking changes that still exist: one line per step, and one per change. */
async function unannouncedIn(steps: readonly Step[], current: string): Promise<string[]> {
  const lines: string[] = [];
  for (const [index, step] of steps.entries()) {
    const candidates = step.breaking.filter(({ key }) =>
      // A change may also be announced later, if it was reverted and committed again with the trailer.
      steps.slice(index).every(({ announced }) => !announced.has(key)),
    );
    if (candidates.length === 0) continue;
    const stillThere = new Set((await compareSchemas(step.before, current)).breaking.map(({ key }) => key));
    lines.push(
      ...listed(
        step.name,
        candidates.filter(({ key }) => stillThere.has(key)),
      ),
    );
  }
  return lines;
}

/** Reports notable changes of the latest version only; older ones were reported earlier. */
const notableIn = (steps: readonly Step[]): string[] =>
  steps
    .filter(({ isLatest }) => isLatest)
    .flatMap(({ name, breaking, announced, notable }) => [
      ...listed(`Notable changes (${name})`, notable),
      ...listed(
        `${name === NOT_COMMITTED ? 'Announced' : 'Earlier announced'} breaking changes (${name})`,
        breaking.filter(({ key }) => announced.has(key)),
      ),
    ]);

const listed = (title: string, changes: readonly SchemaChange[]): string[] =>
  changes.length === 0 ? [] : [`${title}:`, ...changes.map(({ message }) => `  - ${message}`)];

const COMPLAINT = `${FILE} has breaking changes that no commit announces.`;
const REMEDY = `
Deprecate the field or type, name its replacement, and remove it when clients no longer use it. If the break is
intended, announce it in the last paragraph of the commit message:

    Breaking-change: why, and what clients do instead

Before the commit, \`pnpm check --breaking-change\` accepts the change. If the commit is already published, revert it
and commit the change again with that line.`;
