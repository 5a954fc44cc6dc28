import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  // In a copy of this folder: a copy of that file, or the address of a server that allows introspection.
  schema: '../../schema.graphql',
  documents: 'src/**/*.{ts,tsx}',
  generates: {
    'src/generated/': {
      preset: 'client',
      // It is no hook, though the preset would call it useFragment.
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'getFragmentData' } },
      config: {
        scalars: { DateTime: 'string' },
        strictScalars: true,
        useTypeImports: true,
        importExtension: '.js',
      },
    },
  },
};

export default config;
