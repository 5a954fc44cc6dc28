import { DEMO_LEADS } from '../demo/demo-leads.js';
import { DemoModule } from '../demo/demo.module.js';
import { DemoService } from '../demo/demo.service.js';
import { runCommand } from './run-command.js';
import { withFeature } from './with-feature.js';

await runCommand((database, settings) =>
  withFeature(database, settings, DemoModule, async (features) => {
    const loaded = await features.get(DemoService, { strict: false }).load();
    console.log(`Loaded ${loaded} demo leads; ${DEMO_LEADS.length - loaded} were there already.`);
    return 0;
  }),
);
