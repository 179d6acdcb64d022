import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist',
      'coverage',
      'data',
      'bench/results',
      'examples/**/dist',
      'examples/**/node_modules',
      'bench/peers',
      // Written for packages that this project does not install.
      'examples/**/*.config.ts',
      'deploy/**/*.config.ts',
      // Generated.
      'dashboard/src/operations',
      'examples/frontend/codegen.ts',
      'examples/frontend/src',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 200 }],
      'max-lines-per-function': ['error', { max: 40 }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      // GraphQL's plugins and Fastify's hooks are async by signature.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
    },
  },
  {
    // Only the configuration reads the environment.
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/cli/**'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read it in config.ts.' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'TSModuleDeclaration',
          message: 'Pass it as an argument: an augmented module is an import that nobody sees.',
        },
        {
          selector: 'ObjectExpression > Property[kind=/^[gs]et$/]',
          message:
            'Use a class: V8 allocates accessors of literals in its old generation, with all that they refer to.',
        },
      ],
    },
  },
  {
    // Answers of a service under test are any JSON; a wrong guess fails the assertion.
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-require-imports': 'off',
    },
  },
  {
    // What it looks like is a part of a component.
    files: ['dashboard/src/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 60 }] },
  },
  {
    files: ['scripts/pages/client/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: Object.fromEntries(
        [
          'addEventListener',
          'document',
          'Element',
          'fetch',
          'localStorage',
          'location',
          'URL',
          'matchMedia',
          'MiniSearch',
          'navigator',
          'queueMicrotask',
          'reportError',
          'requestAnimationFrame',
          'self',
          'scrollBy',
          'setTimeout',
          'MutationObserver',
          'SwaggerUIBundle',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
      },
    },
  },
);
