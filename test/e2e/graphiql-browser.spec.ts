import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { DemoService } from '../../src/demo/demo.service.js';
import { type Api, startApi } from '../support/api.js';
import { createApiKey } from '../support/api-key.js';
import { hasBrowser, launchBrowser, NO_BROWSER } from '../support/browser.js';

const isSkipped = !hasBrowser() && process.env.CI === undefined;
if (isSkipped) process.stderr.write(`SKIPPED: GraphiQL in a browser. ${NO_BROWSER}\n`);

(isSkipped ? describe.skip : describe)('GraphiQL in a browser without a network', () => {
  let api: Api;
  let browser: Browser;
  let origin: string;
  let page: Page;
  /** Requests to other hosts, policy violations and errors of the page. */
  let problems: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
    api = await startApi();
    await api.app.get(DemoService, { strict: false }).load();
    await api.app.listen(0, '127.0.0.1');
    origin = await api.app.getUrl();
  }, 60_000);
  afterAll(async () => {
    // Either is undefined if the setup failed.
    await browser?.close();
    await api?.close();
  });

  beforeEach(async () => {
    page = await open('light');
  });
  afterEach(async () => {
    await page?.context().close();
    expect(problems).toEqual([]);
  });

  /** Opens GraphiQL in a new browser context, without stored data. */
  async function open(colorScheme: 'light' | 'dark'): Promise<Page> {
    problems = [];
    const context = await browser.newContext({ colorScheme, viewport: { width: 1440, height: 900 } });
    const opened = await context.newPage();
    const note = (what: string, url: string) => {
      const { protocol, host } = new URL(url);
      if (!['data:', 'blob:'].includes(protocol) && host !== new URL(origin).host)
        problems.push(`${what} ${url}`);
    };
    opened.on('request', (request) => {
      note('asked', request.url());
    });
    opened.on('websocket', (socket) => {
      note('connected to', socket.url());
    });
    opened.on('requestfailed', (request) => problems.push(`failed ${request.url()}`));
    opened.on('pageerror', (error) => problems.push(error.message));
    opened.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    await opened.addInitScript(`
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
        console.error('violated ' + effectiveDirective + ' by ' + blockedURI);
      });`);
    await opened.goto(`${origin}/graphql`);
    // The editors are ready, and the schema has arrived.
    await opened.locator('.graphiql-query-editor .view-lines').getByText('LeadsByScore').waitFor();
    return opened;
  }

  const panel = () => page.locator('.graphiql-plugin');
  const answer = () => page.locator('.graphiql-response .view-lines');
  const show = (plugin: string) => page.getByRole('button', { name: `Show ${plugin}` }).click();
  const run = () => page.getByRole('button', { name: /^Execute query/ }).click();
  const openReady = (title: string) =>
    page.getByRole('region', { name: 'Ready queries' }).getByRole('button', { name: title }).click();

  /** The editor renders only visible lines, with other space characters. */
  async function untilAnswerHas(text: string): Promise<void> {
    await answer().getByText(text).first().waitFor();
  }

  it('shows the ready queries at first, and one of them in the editor', async () => {
    expect(await panel().getByRole('heading', { level: 2 }).textContent()).toBe('Ready queries');
    await run();
    await untilAnswerHas('"Amara"');
  });

  it('loads the schema and shows its descriptions in the documentation', async () => {
    await show('Documentation Explorer');
    await panel().getByRole('link', { name: 'Query' }).click();
    await panel().getByText('One lead. Null if it does not exist.').waitFor();
  });

  it('has an explorer that follows the query and changes it', async () => {
    await show('GraphiQL Explorer');
    await panel().getByText('leadsConnection', { exact: true }).waitFor();
    await panel().getByText('email', { exact: true }).first().click();
    await page.locator('.graphiql-query-editor .view-lines').getByText('email').waitFor();
  });

  it('opens a ready query with its variables in a new tab, and shows its response', async () => {
    await openReady('Lead card');
    await page.getByRole('tab', { name: 'LeadCard' }).waitFor();
    expect(await page.getByRole('tab').count()).toBe(2);
    await page.locator('.graphiql-editor-tool .view-lines').getByText('"id"').first().waitFor();
    await run();
    await untilAnswerHas('"contact planned in 2 days"');
  });

  it('shows the progress of a recalculation over a WebSocket', async () => {
    await openReady('Progress of recalculations');
    await run();
    let hasArrived = false;
    const arrival = untilAnswerHas('"SUCCEEDED"').then(() => (hasArrived = true));
    // The test cannot see when the subscription starts, so it recalculates until an event arrives.
    while (!hasArrived) await api.ask('mutation { recalculateAllScores { count } }');
    await arrival;
    await page.getByRole('button', { name: /^Stop query/ }).click();
  });

  it('marks unknown fields and completes known ones in its web workers', async () => {
    await openReady('Stale scores');
    await page.locator('.graphiql-query-editor .view-lines').getByText('activityScore').click();
    await page.keyboard.press('End');
    await page.keyboard.type('s');
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('isSco');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget').getByText('isScoreStale').first().waitFor();
  });

  it('prettifies queries, has a history, lists its short keys and changes its colours', async () => {
    const editor = page.locator('.graphiql-query-editor');
    await editor.locator('.view-lines').getByText('LeadsByScore').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('query Count {leadStats{totalCount}}');
    await page.getByRole('button', { name: /^Prettify query/ }).click();
    await editor.locator('.line-numbers').getByText('5', { exact: true }).waitFor();
    await run();
    await untilAnswerHas('"totalCount"');
    await show('History');
    await panel().getByText('Count', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Open short keys dialog' }).click();
    await page.getByRole('dialog').getByText('Short Keys').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Dark' }).click();
    await page.locator('body.graphiql-dark').waitFor();
  });

  it('is dark if the user prefers that', async () => {
    await page.context().close();
    const background = () =>
      page.evaluate<string>(
        "getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor",
      );
    page = await open('dark');
    expect(await background()).toBe('rgb(33, 42, 59)');
  });

  it('fails these tests if it violates its policy or requests another host', async () => {
    await page.evaluate(`
      document.body.insertAdjacentHTML('beforeend', '<img src="https://cdn.example/x.png"><style>p { color: red }</style>');
      const script = document.createElement('script');
      script.textContent = 'globalThis.hasRun = true';
      document.body.append(script);
      fetch('https://cdn.example/').catch(() => undefined)`);
    for (const directive of ['img-src', 'style-src-elem', 'script-src-elem', 'connect-src']) {
      while (!problems.some((problem) => problem.startsWith(`violated ${directive}`)))
        await page.waitForEvent('console');
    }
    expect(problems).toContain('asked https://cdn.example/x.png');
    expect(await page.evaluate('globalThis.hasRun')).toBeUndefined();
    problems = [];
  });
});

(isSkipped ? describe.skip : describe)('GraphiQL with authentication', () => {
  it('sends the credential in its header editor, over a WebSocket too', async () => {
    const api = await startApi({ AUTH: 'on' });
    const authorization = `Bearer ${await createApiKey(api.databaseUrl)}`;
    await api.app.listen(0, '127.0.0.1');
    const url = `${await api.app.getUrl()}/graphql`;
    const recalculation = {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: 'mutation { recalculateAllScores { count } }' }),
    };
    const browser = await launchBrowser();
    const page = await browser.newPage();
    await page.goto(url);
    const answer = page.locator('.graphiql-response .view-lines');
    const run = () => page.getByRole('button', { name: /^Execute query/ }).click();

    await run();
    await answer.getByText('UNAUTHENTICATED').first().waitFor();

    await page.getByRole('button', { name: 'Progress of recalculations' }).click();
    await page.getByRole('tab', { name: 'RecalculationProgress' }).waitFor();
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').last().click();
    await page.keyboard.insertText(JSON.stringify({ authorization }));
    await run();
    let hasArrived = false;
    const arrival = answer
      .getByText('"SUCCEEDED"')
      .first()
      .waitFor()
      .then(() => (hasArrived = true));
    while (!hasArrived) await fetch(url, recalculation);
    await arrival;

    await browser.close();
    await api.close();
  });
});
