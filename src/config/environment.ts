import { existsSync } from 'node:fs';

/**
 * NODE_PG_FORCE_NATIVE makes the driver load pg-native, which is not installed. The driver reads the variable
 * on import, so this file must be imported before the driver.
 */
const removeDriverVariable = () => Reflect.deleteProperty(process.env, 'NODE_PG_FORCE_NATIVE');
removeDriverVariable();

/** The environment variables of this process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the environment variables, after loading a `.env` file from the working directory. Existing
 * variables override the file. Only this file uses `process.env`.
 */
export function readEnvironment(envFile = '.env'): Environment {
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  removeDriverVariable();
  return process.env;
}

/**
 * Removes the variables of libpq, such as PGSSLMODE and PGOPTIONS, from the environment of this process. The
 * driver uses them and child processes inherit them, but they belong to a server other than the embedded one.
 */
export function removePostgresVariables(): void {
  for (const name of Object.keys(process.env)) {
    if (/^PG[A-Z_]+$/i.test(name)) Reflect.deleteProperty(process.env, name);
  }
}
