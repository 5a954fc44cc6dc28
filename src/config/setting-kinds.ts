import { z } from 'zod';
import type { Environment } from './environment.js';

declare module 'zod' {
  /** What docs/settings.md and .env.example say about a setting. */
  interface GlobalMeta {
    /** Sentences in Markdown. */
    meaning?: string;
    /** The default, as a value of the environment. */
    defaultValue?: string;
    /** The behaviour if the setting is not set, for a setting without a fixed default; in Markdown. */
    unset?: string;
    /** Of a whole number: the lowest and the highest. */
    range?: readonly [minimum: number, maximum: number];
  }
}

/**
 * An empty variable counts as not set, since shells and Compose files unset variables that way. White space
 * around a value is removed, since files written on Windows have some at the end of each line.
 */
export const trimmed = (value: string | undefined): string | undefined =>
  value?.trim() === '' ? undefined : value?.trim();

export const trim = (value: unknown): unknown => (typeof value === 'string' ? trimmed(value) : value);

export const text = () => z.preprocess(trim, z.string().optional());

export const integer = <Default extends number | null>(
  name: string,
  minimum: number,
  maximum: number,
  defaultValue: Default,
  meaning: string,
  unset?: string,
) => {
  const rule = `${name} must be a whole number from ${minimum} to ${maximum}`;
  return z
    .preprocess(
      trim,
      z
        .string()
        .regex(/^\d{1,10}$/, rule)
        .transform(Number)
        .refine((value) => value >= minimum && value <= maximum, rule)
        .optional()
        .transform((value) => value ?? defaultValue),
    )
    .meta({ meaning, defaultValue: defaultValue?.toString(), unset, range: [minimum, maximum] });
};

/** One of several values. @param rule the message for any other value */
export const choice = <const Value extends string>(
  values: readonly Value[],
  defaultValue: NoInfer<Value>,
  rule: string,
  meaning: string,
) => z.preprocess(trim, z.enum(values, rule).default(defaultValue)).meta({ meaning, defaultValue });

export const isUrl = (protocols: readonly string[]) => (value: string) =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol);

export const list = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** The parsed values of a part of the settings schema. */
export type SettingsOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

export const isSet = (env: Environment, name: string): boolean => trimmed(env[name]) !== undefined;

export const isProduction = (env: Environment): boolean => trimmed(env.NODE_ENV) === 'production';
