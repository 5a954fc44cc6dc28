import { Injectable } from '@nestjs/common';

/** Whether this server accepts requests. Load balancers query it before they send any. */
@Injectable()
export class Readiness {
  private shuttingDown = false;
  private draining = false;

  get isShuttingDown(): boolean {
    return this.shuttingDown;
  }

  /** Whether the server rejects all requests except those for health and metrics. */
  get isDraining(): boolean {
    return this.draining;
  }

  beginDraining(): void {
    this.draining = true;
  }

  /** From now on the readiness check fails, although the server still accepts requests. */
  beginShutdown(): void {
    this.shuttingDown = true;
  }
}
