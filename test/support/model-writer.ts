import type { OpenRouterSettings } from '../../src/config/summary-settings.js';
import { CallMeter } from '../../src/summaries/call-meter.js';
import { ModelSummaryWriter } from '../../src/summaries/model-summary-writer.js';
import { OpenRouterClient } from '../../src/summaries/openrouter/openrouter-client.js';
import type { SummaryFacts } from '../../src/summaries/summary-facts.js';
import type { WrittenSummary } from '../../src/summaries/summary-writer.js';
import { API_KEY, type OpenRouterStandIn } from './openrouter-stand-in.js';

/** A client of the stand-in with almost no delay between retries. */
export const clientOf = (server: OpenRouterStandIn, settings: Partial<OpenRouterSettings> = {}) =>
  new OpenRouterClient(
    {
      apiKey: API_KEY,
      baseUrl: server.baseUrl,
      models: ['first/model'],
      attemptTimeoutMs: 5_000,
      totalTimeoutMs: 5_000,
      ...settings,
    },
    { firstBackoffMs: 1 },
  );

/** Generates the summary of a lead through a client. Nothing aborts it unless a signal is given. */
export function writeWith(
  client: OpenRouterClient,
  facts: SummaryFacts,
  { signal = new AbortController().signal, meter = new CallMeter(), language = null as string | null } = {},
): Promise<WrittenSummary> {
  return new ModelSummaryWriter(client, language).write(facts, { signal, meter });
}
