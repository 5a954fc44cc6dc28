import { DomainError } from '../common/domain-error.js';
import { SummaryWriter, type WrittenSummary } from './summary-writer.js';
import type { Tracer } from '../common/spans.js';
import type { SummarySettings } from '../config/summary-settings.js';
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
        new OpenRouterClient(writer.openRouter, { tracer }),
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

/** The writer if summaries are disabled. */
class OffSummaryWriter extends SummaryWriter {
  override readonly name = 'off';
  override readonly version = null;
  override readonly isPaid = false;

  override write(): Promise<WrittenSummary> {
    return Promise.reject(new DomainError('SUMMARY_DISABLED', 'Summaries are switched off on this server.'));
  }
}
