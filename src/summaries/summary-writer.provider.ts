import type { Tracer } from '../common/spans.js';
import type { SummarySettings } from '../config/summary-settings.js';
import { OffSummaryWriter } from './off-summary-writer.js';
import type { SummaryWriter } from './summary-writer.js';
import { TemplateSummaryWriter } from './template-summary-writer.js';

/** The first call, and one to repair its answer. */
const CALLS_A_SUMMARY = 2;

/** Creates the configured writer. The modules of the model writer are loaded only if it is used. */
export async function createSummaryWriter(
  { writer, language }: SummarySettings,
  tracer: Tracer,
): Promise<SummaryWriter> {
  switch (writer.provider) {
    case 'openrouter': {
      const { ModelSummaryWriter } = await import('./model-summary-writer.js');
      const { OpenRouterClient } = await import('./openrouter/openrouter-client.js');
      return new ModelSummaryWriter(
        new OpenRouterClient(writer.openRouter, tracer),
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
