import type { SummarySettings } from '../../config/summary-settings.js';
import { ModelSummaryWriter } from './model-summary-writer.js';
import { OffSummaryWriter } from './off-summary-writer.js';
import { OpenRouterClient } from './openrouter/openrouter-client.js';
import type { SummaryWriter } from './summary-writer.js';
import { TemplateSummaryWriter } from './template-summary-writer.js';

/** One, and one to have the answer mended. */
const CALLS_A_SUMMARY = 2;

/** The writer that the settings ask for. */
export function createSummaryWriter({ writer, language }: SummarySettings): SummaryWriter {
  switch (writer.provider) {
    case 'openrouter':
      return new ModelSummaryWriter(
        new OpenRouterClient(writer.openRouter),
        language,
        CALLS_A_SUMMARY * writer.openRouter.totalTimeoutMs,
      );
    case 'template':
      return new TemplateSummaryWriter();
    case 'off':
      return new OffSummaryWriter();
  }
}
