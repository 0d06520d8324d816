import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const onlyInDomain = {
  'no-restricted-globals': [
    'error',
    { name: 'process', message: 'Rules are pure: what they need is an argument.' },
    { name: 'performance', message: 'Time is an argument of a rule.' },
    { name: 'crypto', message: 'Ids are arguments of a rule.' },
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Time is an argument of a rule.' },
    { object: 'Math', property: 'random', message: 'Chance is an argument of a rule.' },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is an argument of a rule.' },
  ],
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          group: ['node:*', '@nestjs/*', 'typeorm', 'pg', 'kafkajs', '@platformatic/*', 'uuid'],
          message: 'Rules know contracts and siblings only.',
        },
        { group: ['@tierline/*', '!@tierline/contracts'], message: 'Rules know contracts and siblings only.' },
      ],
    },
  ],
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.nx', '.tierline', 'coverage'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          // The testing library rests on these; they come back to it through their own specs alone.
          ignoredCircularDependencies: [
            ['testing', 'service'],
            ['testing', 'messaging'],
            ['testing', 'persistence'],
            ['testing', 'auth'],
            ['testing', 'local'],
          ],
          depConstraints: [
            { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib', 'type:contracts'] },
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib', 'type:contracts'] },
            { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:lib', 'type:contracts'] },
            {
              sourceTag: 'type:contracts',
              onlyDependOnLibsWithTags: [],
              bannedExternalImports: ['@nestjs/*', 'typeorm', 'pg', 'kafkajs', '@platformatic/*'],
            },
          ],
        },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'kafkajs', message: 'Only libs/messaging/src/kafkajs-event-log.ts knows kafkajs.' },
            {
              name: '@platformatic/kafka',
              message: 'Only libs/messaging/src/platformatic-event-log.ts knows @platformatic/kafka.',
            },
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: "Variables are read in a service's config.ts." },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.property.name='save'][callee.object.name=/(repo|repository|manager|em)$/i]",
          message: 'save() costs 52 to 694 µs a row: write one set-based statement.',
        },
      ],
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  { files: ['**/domain/**/*.ts'], ignores: ['**/*.spec.ts'], rules: onlyInDomain },
  {
    // The two clients of the event log.
    files: [
      'libs/messaging/src/kafkajs-event-log.ts',
      'libs/messaging/src/kafkajs-errors.spec.ts',
      'libs/messaging/src/platformatic-event-log.ts',
    ],
    // kafkajs hands out methods to be taken apart.
    rules: { 'no-restricted-imports': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
  {
    // The auditor trusts no service's code: it reads Kafka with a client of its own.
    files: ['apps/e2e/src/audit/reading/topics.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    // Where variables are read: configuration, programs started by hand, the local parts, the test parts.
    files: [
      '**/config.ts',
      'libs/service/src/start-service.ts',
      'libs/messaging/src/create-topics.ts',
      'libs/testing/**',
      'deploy/local/**',
      'apps/replay/**',
      'apps/bench/**',
      'apps/e2e/**',
      '**/main.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'apps/*/src/testing/**/*.ts', 'apps/e2e/src/scenarios/**/*.ts', 'libs/testing/**/*.ts'],
    rules: {
      // Specs and what they share alone may use the testing library, and look into any answer.
      '@nx/enforce-module-boundaries': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
);
