import { existsSync } from 'node:fs';

/** The environment variables of this process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment, with a `.env` file of the working directory beneath it: a variable that is set wins over
 * the file. The only place that reads `process.env`.
 */
export function readEnvironment(envFile = '.env'): Environment {
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  return process.env;
}
