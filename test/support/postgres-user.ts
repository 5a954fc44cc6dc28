import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

/**
 * Runs the built module like an application. It releases the server at the end of its input, and therefore
 * also when the test run dies.
 */
const PROGRAM = `
  const [, launcher, options] = process.argv;
  const { startEmbeddedPostgres } = await import(launcher);
  try {
    const postgres = await startEmbeddedPostgres(JSON.parse(options));
    console.log(JSON.stringify({ url: postgres.url }));
    process.stdin.resume().once('end', () => postgres.release());
  } catch (error) {
    console.log(JSON.stringify({ error: { name: error.name, message: error.message } }));
    process.stdin.destroy();
  }
`;

const LAUNCHER = path.resolve('dist/src/database/embedded/embedded-postgres.js');

interface Report {
  readonly url?: string;
  readonly error?: { readonly name: string; readonly message: string };
}

/** A process that uses the embedded PostgreSQL server of a directory. */
export class PostgresUser {
  private static readonly children = new Set<ChildProcess>();

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @throws Error with the name and message of the error if the start failed */
  static async start(directory: string, identity?: { uid: number; gid: number }): Promise<PostgresUser> {
    const child = PostgresUser.spawn(directory, identity);
    const exited = once(child, 'exit');
    const [line] = (await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      exited.then(() => ['{"error":{"name":"Crash","message":"no report"}}']),
    ])) as [string];
    const { url, error } = JSON.parse(line) as Report;
    if (url !== undefined) return new PostgresUser(child, url);
    await exited;
    throw Object.assign(new Error(error?.message), { name: error?.name });
  }

  /** Starts the process without waiting for the server. */
  static spawn(directory: string, identity?: { uid: number; gid: number }) {
    const options = { directory, database: 'application', isThrowAway: true };
    const args = [
      '--input-type=module',
      '-e',
      PROGRAM,
      pathToFileURL(LAUNCHER).href,
      JSON.stringify(options),
    ];
    const child = spawn(process.execPath, args, { ...identity, stdio: ['pipe', 'pipe', 'inherit'] });
    PostgresUser.children.add(child.once('exit', () => PostgresUser.children.delete(child)));
    return child;
  }

  /** Kills processes that a failed test left. */
  static killAll(): void {
    for (const child of PostgresUser.children) child.kill('SIGKILL');
  }

  /** Runs one statement on its own connection. Resolves to the first column of the first row. */
  query(sql: string): Promise<unknown> {
    return queryValue(this.url, sql);
  }

  /** Closes the input, and resolves to the exit code. */
  async release(): Promise<unknown> {
    const exited = once(this.child, 'exit');
    this.child.stdin?.end();
    return ((await exited) as unknown[])[0];
  }

  async kill(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

/** Runs one statement on its own connection. Resolves to the first column of the first row. */
export async function queryValue(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}
