import { z } from 'zod';
import type { ErrorCode } from '../../common/domain-error.js';
import type { OpenRouterSettings } from '../../config/summary-settings.js';
import { CallMeter } from '../call-meter.js';
import { readJsonAnswer } from '../json-answer.js';
import { SummaryProviderError } from '../provider-error.js';
import { parseJson } from './answer-error.js';
import { OpenRouterClient } from './openrouter-client.js';
import { sendRequest } from './send-request.js';

/** The result of one check, as readable text. */
export interface CheckResult {
  /** `unknown`: the server does not offer the necessary endpoint. */
  readonly outcome: 'good' | 'bad' | 'unknown';
  readonly message: string;
}

const KEY_TIMEOUT_MS = 10_000;

const keySchema = z.object({
  data: z.object({
    /** Null: the key has no limit. */
    limit_remaining: z.number().nullable().optional().catch(undefined),
    is_free_tier: z.boolean().nullish().catch(undefined),
  }),
});

const ANSWER_SCHEMA = {
  type: 'object',
  properties: { ok: { type: 'boolean', description: 'true' } },
  required: ['ok'],
  additionalProperties: false,
};

/** Requests information about the key from the provider, which is free. */
export async function checkKey({ baseUrl, apiKey }: OpenRouterSettings): Promise<CheckResult> {
  let answer;
  try {
    answer = await sendRequest(`${baseUrl}/key`, { apiKey }, AbortSignal.timeout(KEY_TIMEOUT_MS));
  } catch (error) {
    return {
      outcome: 'bad',
      message: `No answer from ${hostOf(baseUrl)}: ${detailOf(error)}. Check OPENROUTER_BASE_URL, the network and firewalls.`,
    };
  }
  if (answer.status === 401 || answer.status === 403) {
    return { outcome: 'bad', message: 'The key was rejected: check OPENROUTER_API_KEY.' };
  }
  const parsed = keySchema.safeParse(parseJson(answer.body));
  if (answer.status !== 200 || !parsed.success) {
    return {
      outcome: 'unknown',
      message: `${hostOf(baseUrl)} cannot check keys (status ${answer.status}), like most local model servers.`,
    };
  }
  return creditOf(parsed.data.data);
}

function creditOf({
  limit_remaining: left,
  is_free_tier: isFree,
}: z.output<typeof keySchema>['data']): CheckResult {
  if (left != null && left <= 0) {
    return {
      outcome: 'bad',
      message: 'The key is valid, but its limit is used up: raise it, or add credit.',
    };
  }
  if (left === undefined) return { outcome: 'good', message: 'The key is valid; its limit is unknown.' };
  const credit = left === null ? 'no limit of its own' : `$${left.toFixed(2)} left of its limit`;
  const tier = isFree === true ? ' It is of the free tier, which allows few requests a minute.' : '';
  return { outcome: 'good', message: `The key is valid: ${credit}.${tier}` };
}

/** Requests one tiny completion with the same options as a summary. */
export async function checkCompletion(settings: OpenRouterSettings): Promise<CheckResult> {
  const client = new OpenRouterClient(settings);
  const meter = new CallMeter();
  try {
    const text = await client.complete({
      messages: [{ role: 'user', content: 'Answer with the JSON object {"ok": true} and nothing else.' }],
      answerSchema: { name: 'check', schema: ANSWER_SCHEMA },
      meter,
      signal: new AbortController().signal,
      deadline: client.deadline(),
    });
    return judge(text, meter);
  } catch (error) {
    if (!(error instanceof SummaryProviderError)) throw error;
    return { outcome: 'bad', message: `${error.message} ${remedyOf(error, settings)}`.trim() };
  }
}

function judge(text: string, meter: CallMeter): CheckResult {
  const seconds = (meter.latencyMs() / 1000).toFixed(1);
  const cost = meter.costUsd === null ? 'at an unreported cost' : `for $${meter.costUsd.toFixed(6)}`;
  const answered = `${meter.model ?? 'A model'} answered in ${seconds} s, ${cost}`;
  if (readJsonAnswer(text, z.object({ ok: z.boolean() })).violation === undefined) {
    return { outcome: 'good', message: `${answered}.` };
  }
  return {
    outcome: 'bad',
    message: `${answered}, but not with the requested JSON: choose a model with structured outputs.`,
  };
}

function remedyOf(error: SummaryProviderError, { models, totalTimeoutMs }: OpenRouterSettings): string {
  if (error.code === 'SUMMARY_TIMED_OUT') {
    return `No answer came within ${totalTimeoutMs / 1000} s: raise OPENROUTER_TOTAL_TIMEOUT_MS and OPENROUTER_ATTEMPT_TIMEOUT_MS for a slow model.`;
  }
  if (error.isRequestRejected) {
    return `Status ${error.status}: either OPENROUTER_MODELS (${models.join(', ')}) names a model that does not exist, or no provider of the model follows the privacy rules and supports structured outputs.`;
  }
  return REMEDIES[error.code] ?? '';
}

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  SUMMARY_PROVIDER_AUTH_FAILED: 'Check OPENROUTER_API_KEY.',
  SUMMARY_PROVIDER_PAYMENT_REQUIRED: 'Add credit, or raise the limit of the key.',
};

/** Returns the details of the failure, which never contain text of the provider. */
function detailOf(error: unknown): string {
  const cause = error instanceof SummaryProviderError ? (error.cause as { readonly detail?: unknown }) : {};
  const { detail } = cause;
  return typeof detail === 'string' ? detail : 'it did not answer in time';
}

const hostOf = (url: string): string => new URL(url).host;
