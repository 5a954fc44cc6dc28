import { AppEvent } from '../common/app-event.js';

/** Errors of a call of the language model. */
export const PROVIDER_ERROR_CODES = [
  'SUMMARY_PROVIDER_AUTH_FAILED',
  'SUMMARY_PROVIDER_PAYMENT_REQUIRED',
  'SUMMARY_PROVIDER_RATE_LIMITED',
  'SUMMARY_PROVIDER_UNAVAILABLE',
  'SUMMARY_TIMED_OUT',
  'SUMMARY_MODERATED',
  'SUMMARY_INVALID_OUTPUT',
  'SUMMARY_TRUNCATED',
] as const;

export const SUMMARY_ERROR_CODES = [
  ...PROVIDER_ERROR_CODES,
  'SUMMARY_INSUFFICIENT_DATA',
  'SUMMARY_DISABLED',
] as const;

declare module '../common/domain-error.js' {
  interface ErrorCodeLists {
    readonly summaries: typeof SUMMARY_ERROR_CODES;
  }
}

/** The summary provider was called. Each attempt of a call is an event of its own. */
export const providerRequested = new AppEvent<{
  readonly provider: string;
  /** `OK`, or the code of the error. */
  readonly outcome: string;
  /** The HTTP status, or the code in the body of the response; null: there was no response. */
  readonly status: number | null;
  readonly durationMs: number;
}>('provider');

/** The usage that the provider reported for a response. */
export const providerUsageReported = new AppEvent<{
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** In US dollars. */
  readonly costUsd: number | null;
}>('provider-usage');
