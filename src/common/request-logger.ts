import { ConsoleLogger } from '@nestjs/common';
import { requestId } from './request-id.js';

/** Logs with the id of the request that a line is about. */
export class RequestLogger extends ConsoleLogger {
  protected override formatContext(context: string): string {
    const id = requestId();
    return super.formatContext(id === undefined ? context : `${context} ${id}`);
  }
}
