import type { SummarySettings } from '../../config/settings.js';
import { OpenRouterClient } from './openrouter/openrouter-client.js';
import { OpenRouterSummaryWriter } from './openrouter/openrouter-summary-writer.js';
import type { SummaryWriter } from './summary-writer.js';
import { TemplateSummaryWriter } from './template-summary-writer.js';

/** The writer that the settings ask for. */
export function createSummaryWriter(settings: SummarySettings): SummaryWriter {
  switch (settings.provider) {
    case 'openrouter':
      return new OpenRouterSummaryWriter(new OpenRouterClient(settings.openRouter));
    case 'template':
      return new TemplateSummaryWriter();
  }
}
