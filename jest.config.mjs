const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      target: 'es2024',
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    swcrc: false,
    module: { type: 'es6' },
  },
];

const project = (displayName, testMatch, more = {}) => ({
  displayName,
  rootDir: '.',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/deploy'],
  testMatch,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': swc },
  moduleNameMapper: {
    '^@tierline/local$': '<rootDir>/deploy/local/index.ts',
    '^@tierline/testing/rules$': '<rootDir>/libs/testing/src/rules.ts',
    '^@tierline/(.*)$': '<rootDir>/libs/$1/src/index.ts',
  },
  ...more,
});

/** `unit` runs on nothing, `integration` on real PostgreSQL and Kafka, `journey` on the whole running system,
 * `scenarios` on the whole running system with one company, `torture` on the whole system while it is being broken. */
export default {
  projects: [
    {
      ...project('unit', ['**/*.spec.ts']),
      testPathIgnorePatterns: ['\\.int\\.spec\\.ts$', '<rootDir>/apps/e2e/src/[^/]+$'],
    },
    project('integration', ['**/*.int.spec.ts'], {
      globalSetup: '<rootDir>/deploy/local/test-parts.mjs',
      globalTeardown: '<rootDir>/deploy/local/test-parts-end.mjs',
    }),
    project('journey', ['<rootDir>/apps/e2e/src/journey.spec.ts']),
    project('scenarios', ['<rootDir>/apps/e2e/src/scenarios.spec.ts']),
    project('torture', ['<rootDir>/apps/e2e/src/torture.spec.ts']),
  ],
  testTimeout: 60_000,
};
