import { readdirSync } from 'node:fs';

/** Which tests should notice a change to a file of src, those first that notice most. The first row that matches counts. */
const RELEVANT: [file: RegExp, ...tests: RegExp[]][] = [
  [
    /^customer\/persistence\/create\//,
    /integration\/idempotent-create/,
    /same-ids|twin-rows/,
    /rest-retries|tries\.test/,
    /batched-calls/,
    /lost-replies/,
  ],
  [
    /^customer\/persistence\/list\//,
    /e2e\/\w+\/express-customers/,
    /same-ids|twin-rows/,
    /integration\/express-customers\./,
  ],
  [/^customer\/persistence\/.*event/, /same-ids|twin-rows/, /express-customer-changes/],
  [
    /^customer\/persistence\//,
    /same-ids|twin-rows/,
    /express-customer-(changes|users)/,
    /contract\/federation/,
    /batched-calls/,
  ],
  [
    /^customer\/use-cases\/.*create/,
    /nested-fields/,
    /access-matrix/,
    /rest-retries|tries\.test/,
    /integration\/idempotent-create/,
  ],
  [/^customer\/use-cases\/.*by-id/, /contract\/federation/],
  [/^customer\/use-cases\//, /nested-fields/, /access-matrix/, /express-customer-(changes|users)/],
  [/^customer\/model\/rules/, /unit\/\w+\/rules/, /answers-repeat/, /bad-input/],
  [/^customer\/model\//, /unit\/\w+\/(fold|rules|instant|text)/, /express-customer-changes/, /bad-input/],
  [/^customer\/contract\//, /bad-input/, /change-express/, /contract\/(schema|federation)/],
  [/^customer\/rest\//, /contract\/rest\./, /contract\/rest-errors/, /contract\/(openapi|rest-matches)/],
  [/^customer\/graphql\//, /contract\/federation/, /bounded-work/, /access-matrix/],
  [/^identity\/.*(dashboard|jwks|oidc)/, /dashboard/],
  [
    /^identity\//,
    /unit\/\w+\/api-key/,
    /e2e\/\w+\/api-keys/,
    /access-matrix/,
    /refused-keys|twin-rows/,
    /command-line\./,
  ],
  [/^shared\/validation/, /unit\/\w+\/(rules|validation)/, /bad-input/],
  [
    /^shared\//,
    /unit\/\w+\/(text|cursor|page|instant|batches|fair|bounded|rules)/,
    /answer-size/,
    /crafted-cursors/,
    /bad-input/,
  ],
  [/^database\/embedded\/data-dir/, /unit\/\w+\/data-dir/, /e2e\/\w+\/data-dir/],
  [
    /^database\//,
    /unit\/\w+\/(type-parsers|postgres|connection|fair)/,
    /transient/,
    /migration/,
    /data-dir/,
    /mixed-calls/,
    /server-checks/,
    /connection-errors/,
  ],
  [/^transport\/graphql\/(limits|cost)/, /unit\/\w+\/operation-cost/, /e2e\/\w+\/limits/, /bounded-work/, /fair-use/],
  [
    /^transport\/graphql\//,
    /unit\/\w+\/operation-plan/,
    /bad-input/,
    /repeated-operations/,
    /generated-operations/,
    /graphql-over-http/,
  ],
  [
    /^transport\/limits\//,
    /unit\/\w+\/(concurrency|fair)/,
    /e2e\/\w+\/(fair-use|arriving)/,
    /slow-callers/,
    /e2e\/\w+\/overload/,
  ],
  [/^transport\/http\/cors/, /e2e\/\w+\/cors/],
  [/^transport\/http\/client-name/, /client-names/],
  [/^transport\/rest\/|^transport\/http\/send/, /contract\/rest\./, /contract\/(rest-errors|openapi)/],
  [
    /^transport\/http\//,
    /e2e\/\w+\/(early|malformed|routes|request-log|completion)/,
    /rest-errors/,
    /slow-callers/,
    /shutdown/,
  ],
  [/^transport\/pages\//, /e2e\/\w+\/(start-page|explorer|sandbox|demo)/],
  [/^transport\//, /e2e\/\w+\/(missing-credential|cors|request-log|health)/, /rest-errors/, /access-matrix/],
  [/^cli\//, /unit\/cli\//, /command-line/, /import-export/],
  [/^config\//, /unit\/\w+\/(config|oidc)/, /e2e\/\w+\/limits/],
  [/^telemetry\//, /unit\/\w+\/(loggable|tracing|log-dest)/, /metrics/, /request-log/, /e2e\/\w+\/traces/],
  [/^startup\/|^(main|serve|app|service-database)/, /unit\/startup\//, /e2e\/\w+\/process/],
];

/** The files of tests, below test/. */
export function listTests(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /^(unit|integration|contract|e2e)\/.*\.test\.ts$/.test(file)).sort();
}

/**
 * The tests of a file, in groups that run together, in the order in which they are tried.
 * @throws Error for a file without any, so that a new folder is not forgotten.
 */
export function relevantTests(file: string, tests: string[]): string[][] {
  const [, ...patterns] = RELEVANT.find(([files]) => files.test(file)) ?? [/^$/];
  const groups = patterns
    .map((pattern) => tests.filter((test) => pattern.test(test)))
    .filter(({ length }) => length > 0);
  if (groups.length === 0)
    throw new Error(`No test is named for src/${file}: add a row to scripts/mutate/relevant-tests.ts.`);
  return groups;
}
