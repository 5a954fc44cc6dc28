import { DomainError } from '../common/domain-error.js';
import { SummaryWriter, type WrittenSummary } from './summary-writer.js';

/** The writer if summaries are disabled. */
export class OffSummaryWriter extends SummaryWriter {
  override readonly name = 'off';
  override readonly version = null;
  override readonly isPaid = false;

  override write(): Promise<WrittenSummary> {
    return Promise.reject(new DomainError('SUMMARY_DISABLED', 'Summaries are switched off on this server.'));
  }
}
