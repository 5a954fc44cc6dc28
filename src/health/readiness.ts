import { Injectable } from '@nestjs/common';

/** Whether the server still wants requests: a load balancer is to send none to one that is about to stop. */
@Injectable()
export class Readiness {
  private isEnding = false;

  get isShuttingDown(): boolean {
    return this.isEnding;
  }

  /** From now on the server says that it is not ready; it still answers what comes. There is no way back. */
  beginShutdown(): void {
    this.isEnding = true;
  }
}
