import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { OpenRequests } from '../common/request-deadline.js';
import { ConnectionGate } from '../database/connection-gate.js';
import { DatabaseAvailability } from '../database/database-availability.js';
import { ProbeConnection } from '../database/probe-connection.js';
import { ReadReplicas } from '../database/replicas/read-replicas.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { SummaryWriter } from '../summaries/summary-writer.js';
import { recordMetrics } from './record-metrics.js';
import {
  listSizesGauge,
  openRequestsGauge,
  poolGauge,
  providerGauge,
  queueGauge,
  replicasGauge,
  writesGauge,
} from './gauges.js';
import { serverMetrics } from './server-metrics.js';

/** The metrics of this process. */
@Injectable()
export class MetricsService implements OnModuleDestroy {
  private readonly registry = new Registry();
  private readonly stopCounting: () => void;

  constructor(
    connections: ConnectionGate,
    probe: ProbeConnection,
    replicas: ReadReplicas,
    writer: SummaryWriter,
    listSizes: ListSizes,
    availability: DatabaseAvailability,
    openRequests: OpenRequests,
  ) {
    collectDefaultMetrics({ register: this.registry });
    openRequestsGauge(this.registry, openRequests);
    poolGauge(this.registry, connections);
    replicasGauge(this.registry, replicas);
    writesGauge(this.registry, availability);
    providerGauge(this.registry, () => writer.health());
    queueGauge(this.registry, probe);
    listSizesGauge(this.registry, listSizes);
    this.stopCounting = recordMetrics(serverMetrics(this.registry));
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Completes within a second, even if the database does not respond. */
  read(): Promise<string> {
    return this.registry.metrics();
  }

  onModuleDestroy(): void {
    this.stopCounting();
    this.registry.clear();
  }
}
