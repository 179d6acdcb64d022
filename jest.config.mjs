import { availableParallelism } from 'node:os';

// The experiments of test/fault kill and stall processes and need the machine for themselves: npm run verify runs them last.
const testFolders = process.env.FAULT_LENGTH ? ['fault', 'e2e', 'unit'] : ['{unit,integration,e2e,contract}'];

/** @type {import('jest').Config} */
const config = {
  testMatch: testFolders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
  transform: { '\\.ts$': '@swc/jest' },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: '<rootDir>/test/support/environment.ts',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // The build copies package.json, for its version.
  modulePathIgnorePatterns: ['<rootDir>/dist/package.json'],
  setupFiles: ['reflect-metadata'],
  // Many tests wait for a process, a socket or a clock meanwhile: with three files at a time, two cores are busy.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // A test that waits for ever must end; how fast a machine is must not matter.
  testTimeout: 300_000,
  collectCoverageFrom: ['src/**/*.ts', '!src/main.ts', '!src/serve.ts'],
  coverageProvider: 'v8',
  coverageThreshold: { global: { lines: 90, branches: 90 } },
};

export default config;
