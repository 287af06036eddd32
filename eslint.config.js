import tseslint from 'typescript-eslint';

/** What each room may import. Arrows go one way; see docs/architecture.md. */
const wall = (room, forbidden, hint) => ({
  files: [`${room}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: forbidden.flatMap((name) => [
              `../${name}/**`,
              `../*/${name}/**`,
              `../../${name}/**`,
              `../../../${name}/**`,
            ]),
            message: hint,
          },
        ],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', 'test/fixtures/**'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true, IIFEs: true }],
      // Counts every `?.` and `??` of a Kubernetes object's optional fields as a branch.
      complexity: ['error', 20],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
    },
  },
  {
    // main wires: environment, exit code and console stop there.
    files: ['{api,kube,orphans,spdk,agent,webhook,cmd,lab,bench}/**/*.{ts,tsx}'],
    ignores: ['**/main.{ts,tsx}', '**/*.main.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Take the environment as an argument; only main.ts reads it.',
        },
        { object: 'process', property: 'exit', message: 'Return or throw; only main.ts ends the process.' },
      ],
    },
  },
  { files: ['**/main.{ts,tsx}', 'scripts/**', 'test/**', 'bench/**'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-empty-function': 'off' },
  },
  wall(
    'api',
    ['kube', 'orphans', 'spdk', 'agent', 'webhook', 'cmd', 'lab'],
    'api/ imports nothing: it is the contract.',
  ),
  wall('kube', ['orphans', 'spdk', 'agent', 'webhook', 'cmd', 'lab'], 'kube/ knows api/ only.'),
  wall('orphans', ['spdk', 'agent', 'webhook', 'cmd', 'lab'], 'orphans/ knows api/ and kube/ only.'),
  wall('spdk', ['orphans', 'agent', 'webhook', 'cmd', 'lab'], 'spdk/ knows api/ and kube/ only.'),
  wall(
    'agent',
    ['orphans', 'spdk', 'webhook', 'cmd', 'lab'],
    'Rooms meet in api/ and kube/, not in each other.',
  ),
  wall('webhook', ['agent', 'cmd', 'lab'], 'Rooms meet in api/ and kube/, not in each other.'),
  wall(
    'cmd',
    ['webhook', 'lab'],
    'Rooms meet in api/, kube/, orphans/ and spdk/; cmd/ may use only the agent’s pure planner.',
  ),
);
