import { Injectable } from '@nestjs/common';

/** Whether this server accepts requests. Load balancers query it before they send any. */
@Injectable()
export class Readiness {
  private isStopping = false;
  private drains = false;

  get isShuttingDown(): boolean {
    return this.isStopping;
  }

  /** Whether the server rejects all requests except those for health and metrics. */
  get isDraining(): boolean {
    return this.drains;
  }

  beginDraining(): void {
    this.drains = true;
  }

  /** From now on the readiness check fails, although the server still accepts requests. */
  beginShutdown(): void {
    this.isStopping = true;
  }
}
