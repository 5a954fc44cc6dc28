import { DomainError, type ErrorCode } from '../../common/domain-error.js';

/** What the log may know of a failed call; never the provider's words, the key or the prompt. */
export interface ProviderFault {
  /** The HTTP status, or the code inside the body. */
  readonly status?: number;
  readonly generationId?: string;
  readonly detail: string;
}

export interface ProviderErrorOptions {
  readonly isRetryable?: boolean;
  /** How long the provider asks to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Our settings are at fault, and trying again later does not help. */
  readonly isRequestRefused?: boolean;
  /** The provider is down, or as good as that: what comes next will most likely fail as well. */
  readonly isOutage?: boolean;
  /** The provider was not asked at all: it would not have answered. */
  readonly isUnasked?: boolean;
}

export type ProviderErrorCode = Exclude<
  Extract<ErrorCode, `SUMMARY_${string}`>,
  'SUMMARY_INSUFFICIENT_DATA' | 'SUMMARY_DISABLED' | 'SUMMARY_BATCH_NOT_RUNNING'
>;

/** Messages are ours and constant: what a provider says may hold what it was sent. */
const MESSAGES: Readonly<Record<ProviderErrorCode, string>> = {
  SUMMARY_PROVIDER_AUTH_FAILED: 'The language model provider refused our key.',
  SUMMARY_PROVIDER_PAYMENT_REQUIRED: 'The account at the language model provider is out of credit.',
  SUMMARY_PROVIDER_RATE_LIMITED:
    'The language model provider takes no more requests just now; try again later.',
  SUMMARY_PROVIDER_UNAVAILABLE: 'The language model provider is not available just now; try again later.',
  SUMMARY_TIMED_OUT: 'The language model did not answer in time; try again later.',
  SUMMARY_MODERATED: 'The language model declined to write about this lead.',
  SUMMARY_INVALID_OUTPUT: 'The language model wrote nothing that can be shown; try again.',
  SUMMARY_TRUNCATED: 'The language model did not come to an end; try again.',
};

const REQUEST_REFUSED =
  'The language model provider did not accept the request; its settings have to be looked at.';

/** No summary was written; the old one stays as it was. */
export class SummaryProviderError extends DomainError {
  override readonly name = 'SummaryProviderError';
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly isRequestRefused: boolean;
  readonly isOutage: boolean;
  readonly isUnasked: boolean;
  readonly status: number | undefined;

  constructor(code: ProviderErrorCode, fault: ProviderFault, options: ProviderErrorOptions = {}) {
    super(code, options.isRequestRefused === true ? REQUEST_REFUSED : MESSAGES[code], { cause: fault });
    this.isRetryable = options.isRetryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.isRequestRefused = options.isRequestRefused ?? false;
    this.isOutage = options.isOutage ?? false;
    this.isUnasked = options.isUnasked ?? false;
    this.status = fault.status;
  }
}

export const isOutage = (error: unknown): boolean => error instanceof SummaryProviderError && error.isOutage;

export const isProviderErrorCode = (code: string): code is ProviderErrorCode => code in MESSAGES;
