import { channel, type Channel } from 'node:diagnostics_channel';

/** An event inside the process. Features publish it; logging, metrics and tracing subscribe to it. */
export class AppEvent<Payload extends object> {
  private readonly channel: Channel;

  /** @param name of the channel, for `node:diagnostics_channel` */
  constructor(name: string) {
    this.channel = channel(`lead-scoring:${name}`);
  }

  publish(payload: Payload): void {
    this.channel.publish(payload);
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (payload: Payload) => void): () => void {
    const onMessage = (payload: unknown) => {
      listener(payload as Payload);
    };
    this.channel.subscribe(onMessage);
    return () => {
      this.channel.unsubscribe(onMessage);
    };
  }
}
