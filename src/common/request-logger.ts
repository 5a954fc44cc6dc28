import { ConsoleLogger } from '@nestjs/common';
import { currentRequest } from './request-context.js';

/** Logs with the id of the request that a line is about. */
export class RequestLogger extends ConsoleLogger {
  protected override formatContext(context: string): string {
    const id = currentRequest()?.id;
    return super.formatContext(id === undefined ? context : `${context} ${id}`);
  }
}
