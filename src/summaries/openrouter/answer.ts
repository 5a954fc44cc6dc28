import { z } from 'zod';
import type { CallMeter, Usage } from '../call-meter.js';
import { containsJsonObject } from '../json-answer.js';
import { type ProviderFailure, SummaryProviderError } from '../provider-error.js';
import { errorOf, errorSchema, type HeaderHints, idOf, parseJson } from './answer-error.js';
import { endingOf } from './finish-reason.js';
import { hasRefusal, textOf } from './message-text.js';
import { providerName, usageSchema } from './provider-values.js';

/** Each part is parsed separately, so that the usage counts even if the rest of the body is invalid. */
const answerSchema = z.object({
  id: providerName,
  model: providerName,
  error: z.unknown().optional(),
  usage: usageSchema,
  choices: z.array(z.unknown()).catch([]),
});

const choiceSchema = z.object({
  finish_reason: z.unknown().optional(),
  error: z.unknown().optional(),
  message: z
    .object({ content: z.unknown().optional(), refusal: z.string().nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});

type Usages = z.output<typeof usageSchema>;
type Failure = Omit<ProviderFailure, 'detail'>;

/** The answer was truncated at its token limit. */
export class LengthReachedError extends SummaryProviderError {
  constructor(failure: ProviderFailure) {
    super('SUMMARY_TRUNCATED', failure);
  }
}

/**
 * Returns the text of a response with status 200, and adds its usage to the meter even if the response is
 * invalid.
 * @throws SummaryProviderError if there is an error at either level, no choice, no text, a refusal, or an
 * unfinished generation
 */
export function readAnswer(body: string, hints: HeaderHints, meter: CallMeter): string {
  const parsed = answerSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    throw new SummaryProviderError(
      'SUMMARY_PROVIDER_UNAVAILABLE',
      { ...idOf(hints.generationId), status: 200, detail: 'the body is not an answer' },
      { isRetryable: true, isOutage: true },
    );
  }
  const { data } = parsed;
  const generationId = data.id ?? hints.generationId;
  const choice = choiceSchema.safeParse(data.choices[0]).data;
  const error = data.error ?? choice?.error;
  // An error without usage is not billed. An answer without usage is billed at an unknown cost.
  if (error == null || data.usage !== undefined) {
    meter.onAnswer(usageOf(data.usage), data.model ?? null, generationId ?? null);
  }
  const failure = { status: 200, ...idOf(generationId) };
  if (error != null) throw errorInside(error, { ...hints, generationId });

  const { content, refusal } = choice?.message ?? {};
  if ((refusal ?? '').trim() !== '' || hasRefusal(content)) {
    throw new SummaryProviderError('SUMMARY_MODERATED', { ...failure, detail: 'refusal' });
  }
  return finishedText(textOf(content), choice?.finish_reason, failure);
}

/** A 200 means that the key was accepted, so a 403 inside concerns the content. */
function errorInside(error: unknown, hints: HeaderHints): SummaryProviderError {
  const { code, metadata } = errorSchema.safeParse(error).data ?? {};
  return errorOf(code ?? 502, metadata, hints, true);
}

function usageOf(usage: Usages): Usage {
  return {
    promptTokens: usage?.prompt_tokens ?? null,
    completionTokens: usage?.completion_tokens ?? null,
    costUsd: usage?.cost ?? null,
  };
}

/** @throws SummaryProviderError if the text is empty or incomplete */
function finishedText(text: string, reason: unknown, failure: Failure): string {
  const ending = endingOf(reason);
  if (ending !== 'complete' && ending !== 'unsaid') throw unfinished(ending, failure);
  if (ending === 'unsaid' && !containsJsonObject(text)) {
    throw new SummaryProviderError('SUMMARY_INVALID_OUTPUT', { ...failure, detail: 'finish_reason null' });
  }
  if (text.trim() === '') {
    throw new SummaryProviderError(
      'SUMMARY_INVALID_OUTPUT',
      { ...failure, detail: 'no text' },
      { isRetryable: true },
    );
  }
  return text;
}

function unfinished(ending: 'cut' | 'filtered' | 'failed' | 'other', failure: Failure): SummaryProviderError {
  switch (ending) {
    case 'cut':
      return new LengthReachedError({ ...failure, detail: 'finish_reason length' });
    case 'filtered':
      return new SummaryProviderError('SUMMARY_MODERATED', {
        ...failure,
        detail: 'finish_reason content_filter',
      });
    case 'failed':
      return new SummaryProviderError(
        'SUMMARY_PROVIDER_UNAVAILABLE',
        { ...failure, detail: 'finish_reason error' },
        { isRetryable: true },
      );
    case 'other':
      return new SummaryProviderError('SUMMARY_INVALID_OUTPUT', {
        ...failure,
        detail: 'finish_reason not stop',
      });
  }
}
