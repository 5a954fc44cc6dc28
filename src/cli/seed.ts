import { DEMO_LEADS } from '../demo/demo-leads.js';
import { DemoService } from '../demo/demo.service.js';
import { runCommand } from './run-command.js';
import { withFeatures } from './with-features.js';

await runCommand((database, settings) =>
  withFeatures(database, settings, async (features) => {
    const loaded = await features.get(DemoService, { strict: false }).load();
    console.log(`Loaded ${loaded} demo leads; ${DEMO_LEADS.length - loaded} were there already.`);
    return 0;
  }),
);
