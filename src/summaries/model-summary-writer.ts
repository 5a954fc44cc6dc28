import { createHash, randomBytes } from 'node:crypto';
import { DomainError } from '../common/domain-error.js';
import type { ChatMessage, ChatModel } from './chat-model.js';
import { checkDraft } from './check/check-draft.js';
import { SummaryProviderError } from './provider-error.js';
import { withoutReasoning } from './reasoning.js';
import { readJsonAnswer } from './json-answer.js';
import { draftJsonSchema, draftSchema, type SummaryDraft } from './summary-draft.js';
import type { SummaryFacts } from './summary-facts.js';
import type { SummaryInput } from './summary-input.js';
import { buildSummaryInput } from './build-summary-input.js';
import { PROMPT_VERSION, summaryPrompt, systemMessage } from './summary-prompt.js';
import {
  SummaryWriter,
  type WriteOptions,
  type WriterHealth,
  type WrittenSummary,
} from './summary-writer.js';
import { cutText } from './untrusted-text.js';

type ReadDraft =
  { readonly draft: SummaryDraft; readonly violation?: undefined } | { readonly violation: string };

/** Generates summaries with a language model, and returns only those that pass the check. */
export class ModelSummaryWriter extends SummaryWriter {
  override readonly name: string;
  override readonly version: string;
  override readonly isPaid = true;
  private readonly instructions: string;

  /**
   * @param language a BCP 47 tag, or null for the language of the notes
   * @param timeLimitMs the time limit of all its calls together
   */
  constructor(
    private readonly model: ChatModel,
    language: string | null,
    override readonly timeLimitMs = 0,
  ) {
    super();
    this.name = model.provider;
    this.instructions = systemMessage(language);
    this.version = createHash('md5')
      .update(JSON.stringify([model.provider, model.models, PROMPT_VERSION, language]))
      .digest('hex');
  }

  override async write(facts: SummaryFacts, options: WriteOptions): Promise<WrittenSummary> {
    const input = buildSummaryInput(facts);
    requireEnoughFacts(input);
    const delimiter = `=== ${randomBytes(12).toString('hex')} ===`;
    const messages = summaryPrompt(input, delimiter, this.instructions);
    const ask = this.asker(input, options);

    const first = await ask(messages);
    let read = this.read(first, input, delimiter);
    if (read.violation !== undefined) {
      read = this.read(await ask(repairOf(messages, first, read.violation)), input, delimiter);
    }
    if (read.violation !== undefined)
      throw new SummaryProviderError('SUMMARY_INVALID_OUTPUT', { detail: read.violation });
    return this.summaryOf(read.draft, input, options);
  }

  override health(): WriterHealth {
    return this.model.health();
  }

  private asker(input: SummaryInput, { meter, signal }: WriteOptions) {
    const schema = draftJsonSchema(input.interactions.map(({ alias }) => alias));
    // Both requests share one deadline, because the caller waits for them together.
    const deadline = this.model.deadline();
    return (messages: readonly ChatMessage[]) =>
      this.model.complete({
        messages,
        answerSchema: { name: 'lead_summary', schema },
        meter,
        signal,
        deadline,
      });
  }

  private read(answer: string, input: SummaryInput, delimiter: string): ReadDraft {
    const read = readJsonAnswer(answer, draftSchema);
    if (read.violation !== undefined) return read;
    return checkDraft(read.value, input, { delimiter, systemMessage: this.instructions });
  }

  private summaryOf(draft: SummaryDraft, input: SummaryInput, { meter }: WriteOptions): WrittenSummary {
    const ids = new Map(input.interactions.map(({ alias, id }) => [alias, id]));
    return {
      headline: draft.headline,
      text: draft.summary,
      keyPoints: draft.keyPoints.map(({ text, interactions }) => ({
        text,
        interactionIds: interactions.map((alias) => ids.get(alias)).filter((id) => id !== undefined),
      })),
      nextStep: draft.nextStep,
      source: 'model',
      model: meter.model,
      promptVersion: PROMPT_VERSION,
      withheldInteractionIds: input.interactions
        .filter(({ areNotesWithheld }) => areNotesWithheld)
        .map(({ id }) => id),
    };
  }
}

/** From a name and a status alone, a model would invent facts. */
function requireEnoughFacts({ lead, interactions }: SummaryInput): void {
  const known = [lead.company, lead.location, lead.source, lead.budget];
  if (interactions.length > 0 || known.some((detail) => detail !== null)) return;
  throw new DomainError(
    'SUMMARY_INSUFFICIENT_DATA',
    'Too little is known about this lead for a summary: it has no interactions and no details.',
  );
}

/** In UTF-16 code units; a draft within its limits is shorter. */
const MAX_QUOTED_ANSWER = 10_000;

/**
 * Repeats the request with the rule that the first answer broke. The reasoning is not sent back, because it
 * is long and billed.
 */
function repairOf(messages: readonly ChatMessage[], answer: string, violation: string): ChatMessage[] {
  const spoken = withoutReasoning(answer) ?? '';
  const quoted = cutText(spoken.trim() === '' ? answer : spoken, MAX_QUOTED_ANSWER);
  return [
    ...messages,
    { role: 'assistant', content: quoted },
    { role: 'user', content: `This cannot be shown: ${violation}. Write all of it again, as JSON.` },
  ];
}
