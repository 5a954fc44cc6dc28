import { Injectable } from '@nestjs/common';

/** Whether this server wants requests. Load balancers look at it before anything else. */
@Injectable()
export class Readiness {
  private isStopping = false;
  private drains = false;

  get isShuttingDown(): boolean {
    return this.isStopping;
  }

  /** No request is taken any more, but those that ask after the server's health. */
  get isDraining(): boolean {
    return this.drains;
  }

  beginDraining(): void {
    this.drains = true;
  }

  /** From now on the server says that it is not ready, though it answers still. */
  beginShutdown(): void {
    this.isStopping = true;
  }
}
