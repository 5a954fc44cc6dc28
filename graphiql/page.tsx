import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import { READY_QUERIES } from './ready-queries.js';
import { readyQueriesPlugin } from './ready-queries.plugin.js';

/** The API has the same address as the page. The page sends requests nowhere else. */
const endpoint = new URL(location.pathname, location.origin);

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  // Each subscription opens its own socket, whose first message contains the current headers of the editor.
  subscriptionUrl: endpoint.href.replace(/^http/, 'ws'),
});

const explorer = explorerPlugin();

/** Renders GraphiQL with an executable first query. */
export function showPage(): void {
  const element = document.getElementById('page');
  if (element === null) throw new Error('index.html has no #page.');
  createRoot(element).render(
    <GraphiQL
      fetcher={fetcher}
      plugins={[readyQueriesPlugin, explorer, HISTORY_PLUGIN]}
      visiblePlugin={readyQueriesPlugin}
      defaultTabs={[{ query: READY_QUERIES[0]?.queries[0]?.document ?? null }]}
      defaultEditorToolsVisibility="variables"
    >
      <GraphiQL.Logo>Lead-scoring API</GraphiQL.Logo>
    </GraphiQL>,
  );
}
