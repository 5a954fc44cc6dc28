import { randomBytes } from 'node:crypto';
import { checkSummary } from '../summary-check.js';
import { type ChatMessage, summaryPrompt } from '../summary-prompt.js';
import { type SummaryFacts, SummaryWriter, type WrittenSummary } from '../summary-writer.js';
import type { OpenRouterClient } from './openrouter-client.js';
import { SummaryProviderError } from './provider-error.js';

/** Has a language model write the summary, and shows only what passes the check. */
export class OpenRouterSummaryWriter extends SummaryWriter {
  constructor(private readonly client: OpenRouterClient) {
    super();
  }

  override async write(facts: SummaryFacts, signal?: AbortSignal): Promise<WrittenSummary> {
    const delimiter = `=== ${randomBytes(12).toString('hex')} ===`;
    const messages = summaryPrompt(facts, delimiter);
    // One for both calls: whoever waits does not care that the first text was no good.
    const deadline = this.client.deadline();
    const first = await this.client.complete(messages, signal, deadline);
    const checked = checkSummary(first.text, delimiter);
    if (checked.fault === undefined) return { text: checked.text, source: 'model', model: first.model };

    const repair = repairOf(messages, first.text, checked.fault);
    const second = await this.client.complete(repair, signal, deadline);
    const repaired = checkSummary(second.text, delimiter);
    if (repaired.fault !== undefined) {
      throw new SummaryProviderError('SUMMARY_INVALID_OUTPUT', {
        ...(second.generationId === null ? {} : { generationId: second.generationId }),
        detail: repaired.fault,
      });
    }
    return { text: repaired.text, source: 'model', model: second.model };
  }
}

/** One more try, told which rule the first one broke. */
function repairOf(messages: readonly ChatMessage[], text: string, fault: string): ChatMessage[] {
  return [
    ...messages,
    { role: 'assistant', content: text },
    { role: 'user', content: `This cannot be shown: ${fault}. Write the summary again.` },
  ];
}
