import { z } from 'zod';
import type { CallMeter, Usage } from '../call-meter.js';
import { errorOf, errorSchema, type HeaderHints, idOf, parseJson, statusIn } from './answer-error.js';
import { type ProviderFault, SummaryProviderError } from '../provider-error.js';

const amountSchema = z.number().nonnegative().nullish().catch(undefined);

const usageSchema = z
  .object({ prompt_tokens: amountSchema, completion_tokens: amountSchema, cost: amountSchema })
  .nullish()
  .catch(undefined);

const answerSchema = z.object({
  id: z.string().optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  error: errorSchema.nullish(),
  usage: usageSchema,
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        error: errorSchema.nullish(),
        message: z
          .object({
            content: z.string().nullish().catch(undefined),
            refusal: z.string().nullish().catch(undefined),
          })
          .nullish(),
      }),
    )
    .nullish(),
});

/** The answer was cut short because it reached the limit on its length. */
export class LengthReachedError extends SummaryProviderError {
  constructor(fault: ProviderFault) {
    super('SUMMARY_TRUNCATED', fault);
  }
}

/**
 * The text of an answer with status 200. What the provider counted goes to the meter, whatever else is wrong with it.
 * @throws SummaryProviderError where it is no success: an error at either level, no choice, no text, a refusal, or a
 * model that did not finish
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
  meter.onAnswer(usageOf(data.usage), data.model ?? null, generationId ?? null);
  const fault = { status: 200, ...idOf(generationId) };
  const [choice] = data.choices ?? [];
  const error = data.error ?? choice?.error;
  // The key was accepted where the status is 200, so that a 403 is about what was written.
  if (error != null) throw errorOf(statusIn(error) ?? 502, error, { ...hints, generationId }, true);

  const { finish_reason: reason, message } = choice ?? {};
  if (message?.refusal != null && message.refusal.trim() !== '') {
    throw new SummaryProviderError('SUMMARY_MODERATED', { ...fault, detail: 'refusal' });
  }
  refuseUnfinished(reason, fault);
  const text = message?.content ?? '';
  if (text.trim() === '') {
    throw new SummaryProviderError(
      'SUMMARY_INVALID_OUTPUT',
      { ...fault, detail: 'no text' },
      { isRetryable: true },
    );
  }
  return text;
}

function usageOf(usage: z.output<typeof usageSchema>): Usage {
  return {
    promptTokens: usage?.prompt_tokens ?? null,
    completionTokens: usage?.completion_tokens ?? null,
    costUsd: usage?.cost ?? null,
  };
}

/** A reason that is absent is taken for `stop`: local model servers leave it out. */
function refuseUnfinished(reason: string | null | undefined, fault: Omit<ProviderFault, 'detail'>): void {
  const detail = `finish_reason ${reason === null ? 'null' : 'not stop'}`;
  switch (reason) {
    case 'stop':
    case undefined:
      return;
    case 'length':
      throw new LengthReachedError({ ...fault, detail: 'finish_reason length' });
    case 'content_filter':
      throw new SummaryProviderError('SUMMARY_MODERATED', {
        ...fault,
        detail: 'finish_reason content_filter',
      });
    case 'error':
      throw new SummaryProviderError(
        'SUMMARY_PROVIDER_UNAVAILABLE',
        { ...fault, detail: 'finish_reason error' },
        { isRetryable: true },
      );
    case null:
    default:
      throw new SummaryProviderError('SUMMARY_INVALID_OUTPUT', { ...fault, detail });
  }
}
