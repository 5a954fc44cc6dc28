import { afterEach, beforeEach, expect, it } from 'vitest';
import { DemoService } from '../../src/demo/demo.service.js';
import { type Api, startApi } from '../support/api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

it('two concurrent first starts load the demo leads once', async () => {
  const demo = api.app.get(DemoService, { strict: false });
  const loaded = await Promise.all([demo.loadIfEmpty(), demo.loadIfEmpty()]);
  expect(loaded.toSorted((a, b) => a - b)).toEqual([0, 15]);
});
