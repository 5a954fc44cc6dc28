import { expect, it } from 'vitest';
import { loadSettings } from '../../src/config/settings.js';
import { startupBanner } from '../../src/startup-banner.js';

it.each([
  ['on', 2],
  ['off', 0],
])('startupBanner shows curl commands that work with AUTH=%s', (AUTH, keyCount) => {
  const banner = startupBanner(loadSettings({ AUTH }), {
    url: 'http://localhost:3000/graphql',
    isDatabaseEmbedded: true,
    demoLeadCount: 15,
    close: () => Promise.resolve(),
  });
  expect(banner.match(/curl -s /g)).toHaveLength(2);
  expect(banner.match(/curl -s .*-H 'authorization: Bearer YOUR-API-KEY'/g) ?? []).toHaveLength(keyCount);
});
