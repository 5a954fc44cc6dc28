import { type DynamicModule, Module, type ValueProvider } from '@nestjs/common';
import { AccessSettings } from './access-settings.js';
import { DatabaseSettings } from './database-settings.js';
import { HttpSettings } from './http-settings.js';
import { LimitSettings } from './limit-settings.js';
import { ListSettings } from './list-settings.js';
import { ObservabilitySettings } from './observability-settings.js';
import { ScoreSettings } from './score-settings.js';
import { Settings } from './settings.js';
import { SummarySettings } from './summary-settings.js';
import { TimeSettings } from './time-settings.js';

const provide = <Section>(token: abstract new () => Section, useValue: Section): ValueProvider => ({
  provide: token,
  useValue,
});

/** Provides each section of the settings under its class. Global, so any provider can inject them. */
@Module({})
export class SettingsModule {
  static register(settings: Settings): DynamicModule {
    const providers = [
      provide(Settings, settings),
      provide(AccessSettings, settings.access),
      provide(DatabaseSettings, settings.database),
      provide(HttpSettings, settings.http),
      provide(LimitSettings, settings.limits),
      provide(ListSettings, settings.lists),
      provide(ObservabilitySettings, settings.observability),
      provide(ScoreSettings, settings.scores),
      provide(SummarySettings, settings.summaries),
      provide(TimeSettings, settings.times),
    ];
    return { module: SettingsModule, global: true, providers, exports: providers };
  }
}
