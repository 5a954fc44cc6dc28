import { DomainError } from '../common/domain-error.js';
import type { PROVIDER_ERROR_CODES } from './errors-and-events.js';

/** The loggable details of a failed call; never text of the provider, the key or the prompt. */
export interface ProviderFailure {
  /** The HTTP status, or the code inside the body. */
  readonly status?: number;
  readonly generationId?: string;
  readonly detail: string;
}

export interface ProviderErrorOptions {
  readonly isRetryable?: boolean;
  /** The pause that the provider requests, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The settings are wrong, so a later attempt would also fail. */
  readonly isRequestRejected?: boolean;
  /** The provider is probably down, so the next requests will most likely fail as well. */
  readonly isOutage?: boolean;
  /** No request was sent, because the provider would not have answered. */
  readonly wasNotSent?: boolean;
}

export type ProviderErrorCode = (typeof PROVIDER_ERROR_CODES)[number];

/** Messages are constant, because text of the provider may contain data of the request. */
const MESSAGES: Readonly<Record<ProviderErrorCode, string>> = {
  SUMMARY_PROVIDER_AUTH_FAILED: 'The language model provider rejected the API key.',
  SUMMARY_PROVIDER_PAYMENT_REQUIRED: 'The account at the language model provider is out of credit.',
  SUMMARY_PROVIDER_RATE_LIMITED:
    'The rate limit of the language model provider is exceeded; try again later.',
  SUMMARY_PROVIDER_UNAVAILABLE:
    'The language model provider is not available at the moment; try again later.',
  SUMMARY_TIMED_OUT: 'The language model did not answer in time; try again later.',
  SUMMARY_MODERATED: 'The language model declined to write about this lead.',
  SUMMARY_INVALID_OUTPUT: 'The language model returned no valid summary; try again.',
  SUMMARY_TRUNCATED: 'The answer of the language model was truncated; try again.',
};

const REQUEST_REJECTED =
  'The language model provider rejected the request; check the settings of the provider.';

/** No summary was written. The old one is unchanged. */
export class SummaryProviderError extends DomainError {
  override readonly name = 'SummaryProviderError';
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly isRequestRejected: boolean;
  readonly isOutage: boolean;
  readonly wasNotSent: boolean;
  readonly status: number | undefined;

  constructor(code: ProviderErrorCode, failure: ProviderFailure, options: ProviderErrorOptions = {}) {
    super(code, options.isRequestRejected === true ? REQUEST_REJECTED : MESSAGES[code], { cause: failure });
    this.isRetryable = options.isRetryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.isRequestRejected = options.isRequestRejected ?? false;
    this.isOutage = options.isOutage ?? false;
    this.wasNotSent = options.wasNotSent ?? false;
    this.status = failure.status;
  }
}

export const isOutage = (error: unknown): boolean => error instanceof SummaryProviderError && error.isOutage;

export const isProviderErrorCode = (code: string): code is ProviderErrorCode => code in MESSAGES;
