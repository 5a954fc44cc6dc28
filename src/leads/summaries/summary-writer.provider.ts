import type { SummarySettings } from '../../config/summary-settings.js';
import { OffSummaryWriter } from './off-summary-writer.js';
import type { SummaryWriter } from './summary-writer.js';
import { TemplateSummaryWriter } from './template-summary-writer.js';

/** One, and one to have the answer mended. */
const CALLS_A_SUMMARY = 2;

/** The writer that the settings ask for. What only the writer with a model needs is loaded for that one alone. */
export async function createSummaryWriter({ writer, language }: SummarySettings): Promise<SummaryWriter> {
  switch (writer.provider) {
    case 'openrouter': {
      const { ModelSummaryWriter } = await import('./model-summary-writer.js');
      const { OpenRouterClient } = await import('./openrouter/openrouter-client.js');
      return new ModelSummaryWriter(
        new OpenRouterClient(writer.openRouter),
        language,
        CALLS_A_SUMMARY * writer.openRouter.totalTimeoutMs,
      );
    }
    case 'template':
      return new TemplateSummaryWriter();
    case 'off':
      return new OffSummaryWriter();
  }
}
