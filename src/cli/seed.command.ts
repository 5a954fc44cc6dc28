import { DEMO_LEADS } from '../demo/demo-leads.js';
import { DemoModule } from '../demo/demo.module.js';
import { DemoService } from '../demo/demo.service.js';
import { SalesYearService } from '../demo/sales-year.service.js';
import { runCommand } from './run-command.js';
import { withFeature } from './with-feature.js';

export interface SeedRequest {
  /** Whether to load the synthetic sales year instead of the demo leads. */
  readonly withHistory: boolean;
}

export const runSeed = ({ withHistory }: SeedRequest): Promise<void> =>
  runCommand((database, settings) =>
    withFeature(database, settings, DemoModule, async (features) => {
      console.log(
        withHistory
          ? await loadSalesYear(features.get(SalesYearService, { strict: false }))
          : await loadDemoLeads(features.get(DemoService, { strict: false })),
      );
      return 0;
    }),
  );

async function loadDemoLeads(service: DemoService): Promise<string> {
  const loaded = await service.load();
  return `Loaded ${loaded} demo leads; ${DEMO_LEADS.length - loaded} were there already.`;
}

async function loadSalesYear(service: SalesYearService): Promise<string> {
  const { leads, changes, interactions, skipped } = await service.load();
  return `Loaded a synthetic sales year: ${leads} invented leads with ${changes} changes and ${interactions} interactions; ${skipped} leads were there already.`;
}
