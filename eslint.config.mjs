import tseslint from 'typescript-eslint';

/** What may be read only in the one place that is made for it. */
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Read settings through src/config.',
};
const clock = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Use src/common/clock.ts.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Use src/common/clock.ts.',
  },
];

const clients = {
  selector: "NewExpression[callee.object.name='pg'][callee.property.name='Client']",
  message: 'Open sessions through src/database/session.ts, which prepares them.',
};

export default tseslint.config(
  { ignores: ['**/dist', 'dist.*', '.data', 'coverage', 'node_modules', 'examples/*/src/generated'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommendedTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', environment, clients, ...clock],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src/config/environment.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...clock] },
  },
  {
    files: ['src/common/clock.ts'],
    rules: { 'no-restricted-syntax': ['error', environment, clients] },
  },
  {
    // It only meets the embedded server, whose settings are known.
    files: ['src/database/embedded/presence.ts'],
    rules: { 'no-restricted-syntax': ['error', environment, ...clock] },
  },
  {
    files: ['src/cli/**/*.ts', 'scripts/**', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // A page has no settings of the server's, nor its clock.
    files: ['examples/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-restricted-syntax': 'off', 'no-console': 'off' },
  },
);
