import { AppEvent } from '../common/app-event.js';

/** An export over HTTP ended. */
export const exportEnded = new AppEvent<{
  readonly file: 'leads' | 'interactions';
  /** Whether the client received the whole file. */
  readonly isComplete: boolean;
  /** Lines that were sent, without the header. */
  readonly rowCount: number;
  readonly bytes: number;
  readonly durationMs: number;
}>('export-ended');
