import { providerUsageReported } from './errors-and-events.js';

/** The usage that a provider reports for one response; null: it reports none, or an invalid value. */
export interface Usage {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** In US dollars. */
  readonly costUsd: number | null;
}

/** Adds up the usage of all requests for one summary: failed requests and rejected answers are billed too. */
export class CallMeter {
  private readonly startedAt = performance.now();
  private readonly prompt = new Tally();
  private readonly completion = new Tally();
  private readonly cost = new Tally();
  requestCount = 0;
  /** The model and the id of the latest response; null if the provider reports none that can be stored. */
  model: string | null = null;
  generationId: string | null = null;

  onRequest(): void {
    this.requestCount += 1;
  }

  onAnswer(usage: Usage, model: string | null, generationId: string | null): void {
    providerUsageReported.publish(usage);
    this.prompt.add(usage.promptTokens);
    this.completion.add(usage.completionTokens);
    this.cost.add(usage.costUsd);
    this.model = model;
    this.generationId = generationId;
  }

  get promptTokens(): number | null {
    return this.prompt.total;
  }

  get completionTokens(): number | null {
    return this.completion.total;
  }

  /** In US dollars. */
  get costUsd(): number | null {
    return this.cost.total;
  }

  /** In US dollars: the sum of the costs that are known. */
  get knownCostUsd(): number {
    return this.cost.known;
  }

  /** The number of responses whose cost is unknown. */
  get unpricedCount(): number {
    return this.cost.unknownCount;
  }

  /** The time since the start, in whole milliseconds. */
  latencyMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }
}

/** A sum that is unknown if one of its terms is unknown. */
class Tally {
  known = 0;
  unknownCount = 0;
  private count = 0;

  add(figure: number | null): void {
    this.count += 1;
    if (figure === null) this.unknownCount += 1;
    else this.known += figure;
  }

  /** Null: unknown, or nothing was added. */
  get total(): number | null {
    return this.count === 0 || this.unknownCount > 0 ? null : this.known;
  }
}
