import type { Settings } from './config/settings.js';
import { describeDatabase } from './database/describe-database.js';
import type { RunningServer } from './start-server.js';

/**
 * The text that the server prints once it is ready: its URL, its database and suggestions of what to try
 * next.
 */
export function startupBanner(settings: Settings, server: RunningServer): string {
  const lines = [`The lead-scoring API is ready at ${server.url}`];
  if (settings.environment === 'development') {
    lines.push('Open this address in a browser to use GraphiQL, with ready-made queries.');
  }
  if (!settings.access.isOn) {
    lines.push(
      'Authentication is off: every user of this machine may do everything. Set AUTH=on to require credentials.',
    );
  }
  if (settings.summaries.writer.provider === 'template' && settings.summaries.writer.isFallback) {
    lines.push(
      'Warning: OPENROUTER_API_KEY is not set, so a template writes the summaries, without a language model.',
    );
  }
  lines.push(...settings.removed.map((message) => `Warning: ${message}`));
  if (server.isDatabaseEmbedded) {
    const key = settings.access.isOn ? " -H 'authorization: Bearer YOUR-API-KEY'" : '';
    const loaded = server.demoLeadCount > 0 ? `, with ${server.demoLeadCount} demo leads in it` : '';
    lines.push(
      `Database: ${describeDatabase(settings.database)}${loaded}; set DATABASE_URL to use your own.`,
      '',
      'Try, in another terminal:',
      '',
      `  curl -s -H 'content-type: application/json'${key} \\`,
      `    -d '{"query":"mutation { recalculateAllScores { count } }"}' ${server.url}`,
      '',
      `  curl -s -H 'content-type: application/json'${key} \\`,
      `    -d '{"query":"{ leads { id firstName lastName activityScore scoreCalculatedAt } }"}' ${server.url}`,
      '',
      'Ctrl-C stops the server. README.md has the tour.',
    );
  } else {
    lines.push(`Database: ${describeDatabase(settings.database)}`);
  }
  return `${lines.join('\n')}\n`;
}
