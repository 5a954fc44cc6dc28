import { providerCounted } from '../../common/happenings.js';

/** What a provider counted for one answer; null where it does not say. */
export interface Usage {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** In US dollars. */
  readonly costUsd: number | null;
}

/** Adds up what it takes to have one summary written: failed requests and refused answers cost money too. */
export class CallMeter {
  private readonly startedAt = performance.now();
  requestCount = 0;
  /** Answers whose cost the provider did not tell. */
  unpricedCount = 0;
  promptTokens: number | null = null;
  completionTokens: number | null = null;
  /** In US dollars; null where none was told. */
  costUsd: number | null = null;
  /** The model and the id of the latest answer. */
  model: string | null = null;
  generationId: string | null = null;

  onRequest(): void {
    this.requestCount += 1;
  }

  onAnswer(usage: Usage, model: string | null, generationId: string | null): void {
    providerCounted.tell(usage);
    this.promptTokens = sum(this.promptTokens, usage.promptTokens);
    this.completionTokens = sum(this.completionTokens, usage.completionTokens);
    this.costUsd = sum(this.costUsd, usage.costUsd);
    if (usage.costUsd === null) this.unpricedCount += 1;
    this.model = model ?? this.model;
    this.generationId = generationId ?? this.generationId;
  }

  /** Until now, in whole milliseconds. */
  latencyMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }
}

function sum(total: number | null, more: number | null): number | null {
  return more === null ? total : (total ?? 0) + more;
}
