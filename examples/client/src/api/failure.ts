import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';

/** An error as the page displays it. */
export interface Failure {
  /** `extensions.code` of the API; `HTTP_…` or `UNREACHABLE` if there was no response of the API. */
  readonly code: string;
  /** The explanation for the user. */
  readonly headline: string;
  /** The message of the server. */
  readonly detail: string | null;
}

/** Keys are error codes, because codes are stable and messages are not. */
export const HEADLINES: Readonly<Record<string, string>> = {
  CONFLICT: 'Another lead has this e-mail address, or a record was removed. Check it and reload.',
  NOT_FOUND: 'This lead no longer exists. Reload the page.',
  RECALCULATION_CANCELLED: 'The recalculation was stopped. All scores are as they were.',
  RECALCULATION_FAILED: 'The recalculation failed. All scores are as they were.',
  RECALCULATION_RUNNING: 'A recalculation or an import is running. Try again when it has ended.',
  SERVICE_UNAVAILABLE: 'The server is busy. Try again in a moment.',
  SUMMARY_INVALID_OUTPUT: 'The model wrote something that cannot be shown. The old summary stays.',
  SUMMARY_MODERATED: 'The model declined to write about this lead. The old summary stays.',
  SUMMARY_PROVIDER_AUTH_FAILED: 'The provider rejected the API key.',
  SUMMARY_PROVIDER_PAYMENT_REQUIRED: 'The account at the provider is out of credit.',
  SUMMARY_PROVIDER_RATE_LIMITED: 'Too many requests to the model. Try again in a moment.',
  SUMMARY_PROVIDER_UNAVAILABLE: 'The model cannot be reached. The old summary stays.',
  SUMMARY_DISABLED: 'Summaries are switched off on this server.',
  SUMMARY_TIMED_OUT: 'The model took too long. The old summary stays.',
  SUMMARY_INSUFFICIENT_DATA: 'Too little is known of this lead for a summary.',
  SUMMARY_TRUNCATED: 'The model wrote too much. The old summary stays.',
};
const FALLBACK = 'That did not work.';

/** @param error the rejection of an operation */
export function failureOf(error: unknown): Failure {
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors;
    const code = first?.extensions?.code;
    if (typeof code === 'string') {
      return { code, headline: HEADLINES[code] ?? FALLBACK, detail: first?.message ?? null };
    }
  }
  if (ServerError.is(error)) {
    return {
      code: `HTTP_${error.statusCode}`,
      headline: 'The server sent an unexpected response.',
      detail: null,
    };
  }
  return { code: 'UNREACHABLE', headline: 'The server cannot be reached. Is it running?', detail: null };
}
