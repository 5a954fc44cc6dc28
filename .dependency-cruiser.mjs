// The arrows of docs/architecture.md, checked.
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'src-never-imports-test-bench-examples-or-the-page',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|examples|graphiql)/' },
    },
    {
      name: 'the-page-imports-nothing-of-the-server',
      severity: 'error',
      from: { path: '^graphiql/' },
      to: { path: '^(src|migrations|scripts|test|bench|examples)/' },
    },
    {
      name: 'src-graphiql-knows-no-feature',
      severity: 'error',
      from: { path: '^src/graphiql/' },
      to: { path: '^src/(?!graphiql/|common/|config/)' },
    },
    {
      name: 'examples-can-be-copied',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|migrations|scripts|bench|test|graphiql)/' },
    },
    {
      name: 'bench-never-imports-test',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^test/' },
    },
    {
      name: 'common-and-config-are-leaves',
      severity: 'error',
      from: { path: '^src/(common|config)/' },
      to: { path: '^src/(?!common/|config/)' },
    },
    {
      name: 'database-knows-no-feature',
      severity: 'error',
      from: { path: '^src/database/' },
      to: { path: '^src/(?!database/|common/|config/)' },
    },
    {
      name: 'list-sizes-know-no-feature',
      severity: 'error',
      from: { path: '^src/list-sizes/' },
      to: { path: '^src/(?!list-sizes/|database/|common/|config/)' },
    },
    {
      name: 'access-knows-no-feature',
      severity: 'error',
      from: { path: '^src/access/' },
      to: { path: '^src/(?!access/|database/|graphiql/is-page-visit|common/|config/)' },
    },
    {
      name: 'graphql-knows-no-feature',
      severity: 'error',
      from: { path: '^src/graphql/' },
      to: {
        path: '^src/(?!graphql/|access/|database/database-errors|list-sizes/list-sizes|http/malformed-http|common/|config/)',
      },
    },
    {
      name: 'rate-limits-know-no-feature',
      severity: 'error',
      from: { path: '^src/rate-limits/' },
      to: { path: '^src/(?!rate-limits/|graphql/limits/mutation-counts|database/|common/|config/)' },
    },
    {
      name: 'features-do-not-import-the-application',
      severity: 'error',
      from: {
        path: '^src/(leads|interactions|recalculation|imports|exports|demo|score-quality|summaries|summary-batches)/',
      },
      to: {
        path: '^src/(cli/|health/|logging/|metrics/|tracing/|app\\.module|core\\.module|configure-app|main|start-server)',
      },
    },
    {
      name: 'logging-and-tracing-know-only-the-events-of-features',
      severity: 'error',
      from: { path: '^src/(logging|tracing)/' },
      to: {
        path: '^src/(?!logging/|tracing/|common/|config/)',
        pathNot: '(/errors-and-events|^src/list-sizes/list-size)\\.ts$',
      },
    },
    {
      name: 'errors-and-events-are-leaves',
      severity: 'error',
      from: { path: '/errors-and-events\\.ts$' },
      to: { path: '^src/(?!common/)' },
    },
    {
      name: 'commands-load-no-resolvers',
      severity: 'error',
      from: { path: '^src/(cli/|core\\.module)' },
      to: { path: '^src/.*\\.(resolver|plugin)\\.ts$', reachable: true },
    },
    {
      name: 'the-formula-imports-only-itself',
      severity: 'error',
      from: {
        path: '^src/leads/(scoring/(activity-score|contact-state|scoring-rules)|lead-status)\\.ts$',
      },
      to: {
        pathNot:
          '^src/(leads/(scoring/(activity-score|contact-state|scoring-rules)|lead-status)|common/label-key)\\.ts$',
      },
    },
    {
      name: 'models-import-no-services-or-resolvers',
      severity: 'error',
      from: { path: '\\.model\\.ts$' },
      to: { path: '\\.(service|resolver|module)\\.ts$' },
    },
    {
      name: 'services-know-no-graphql',
      severity: 'error',
      from: { path: '\\.service\\.ts$' },
      to: { path: '(@nestjs/graphql|node_modules/graphql/|@apollo)' },
    },
    {
      name: 'migrations-import-no-model',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^src/(?!database/migration\\.ts)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
