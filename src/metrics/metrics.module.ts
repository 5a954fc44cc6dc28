import { type DynamicModule, Module } from '@nestjs/common';
import type { ObservabilitySettings } from '../config/observability-settings.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsReaders } from './metrics-readers.js';
import { MetricsService } from './metrics.service.js';

/** The metrics endpoint for Prometheus. */
@Module({})
export class MetricsModule {
  static register(readers: ObservabilitySettings['metricsReaders']): DynamicModule {
    return {
      module: MetricsModule,
      controllers: [MetricsController],
      providers: [MetricsService, { provide: MetricsReaders, useValue: new MetricsReaders(readers) }],
    };
  }
}
