import { readdirSync } from 'node:fs';

/** Which tests should notice a change to a file of src, the quick ones first. The first row that matches counts. */
const RELEVANT: [file: RegExp, tests: RegExp][] = [
  [
    /^customer\/persistence\/create\//,
    /idempotent-create|batched-calls|lost-replies|rest-retries|retr(y|ie)|same-ids|one-customer/,
  ],
  [/^customer\/persistence\/list\//, /integration\/express-customers|same-ids|e2e\/express-customers/],
  [
    /^customer\/persistence\//,
    /integration\/express-customer|batched-calls|same-ids|mixed-calls|tenant-isolation\.test/,
  ],
  [
    /^customer\/use-cases\/create/,
    /idempotent-create|access-matrix|nested-fields|create-express|rest-retries|lost-replies/,
  ],
  [/^customer\/use-cases\//, /integration\/express-customer|nested-fields|access-matrix|mixed-calls|change-express/],
  [
    /^customer\/model\//,
    /unit\/(rules|fold|validation)|express-customer-changes|bad-input|answers-repeat|change-express/,
  ],
  [
    /^customer\/contract\//,
    /bad-input|change-express|integration\/express-customers|contract\/schema|contract\/federation/,
  ],
  [/^customer\/rest\//, /contract\/(rest|openapi|lost)/],
  [/^customer\/graphql\//, /contract\/(federation|schema)|bad-input|access-matrix|bounded-work/],
  [/^identity\//, /api-key|dashboard|access-matrix|secrets|command-line\.test/],
  [/^shared\/validation/, /unit\/(rules|validation)|bad-input|answers-repeat/],
  [
    /^shared\//,
    /unit\/(text|cursor|page|instant|batches|fair|bounded|rules|api-key|oidc|config)|tenant-isolation\.test|integration\/express-customers|bad-input/,
  ],
  [/^database\/(data-dir|lock)/, /data-dir|process/],
  [
    /^database\//,
    /unit\/(type-parsers|postgres|connection)|mixed-calls|batched-calls|migration|transient|deadline|server-checks/,
  ],
  [/^transport\/graphql\/limits\//, /e2e\/(limits|bounded-work|fair-use)/],
  [
    /^transport\/graphql\//,
    /unit\/operation-plan|bad-input|graphql-over-http|repeated-operations|e2e\/limits|bounded-work/,
  ],
  [/^transport\/limits\//, /unit\/(concurrency|fair)|e2e\/(fair|overload|admission)/],
  [/^transport\/http\/cors/, /e2e\/cors|headers/],
  [
    /^transport\/http\//,
    /e2e\/(cors|health|request-log|bad-input|deadline|overload|admission|slow|completion|missing|traces)|rest-errors/,
  ],
  [/^transport\/rest\//, /contract\/(rest|openapi)/],
  [/^transport\/pages\//, /e2e\/(start-page|explorer|sandbox)/],
  [
    /^transport\//,
    /e2e\/(missing-credential|request-log|cors|bad-input|sandbox|health|access-matrix)|contract\/rest-errors/,
  ],
  [/^cli\//, /command-line|import-export|unit\/cli/],
  [/^config\//, /unit\/(config|oidc)|limits\.test/],
  [/^telemetry\//, /unit\/(loggable|tracing)|metrics|e2e\/traces|canaries|request-log/],
  [/^startup\/|^(main|serve|app|service-database)/, /unit\/startup|e2e\/process/],
];

const FOLDERS = ['unit', 'integration', 'contract', 'e2e'];
/** Files that take long; others may notice before they are run. */
const SLOW = /canaries|command-line|dashboard|disturbed|express-customers|import-export|lost-replies|process|secrets/;

/** The files of tests, below test/, in the order in which they are tried. */
export function listTests(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  const rank = (file: string) => FOLDERS.indexOf(file.split('/')[0]!) + (SLOW.test(file) ? FOLDERS.length : 0);
  return files.filter((file) => FOLDERS.includes(file.split('/')[0]!)).sort((one, other) => rank(one) - rank(other));
}

/** @throws Error for a file that no row covers, so that a new folder is not forgotten. */
export function relevantTests(file: string, tests: string[]): string[] {
  const [, pattern] = RELEVANT.find(([files]) => files.test(file)) ?? [];
  const found = pattern ? tests.filter((test) => pattern.test(test)) : [];
  if (found.length === 0)
    throw new Error(`No test is named for src/${file}: add a row to scripts/mutate/relevant-tests.ts.`);
  return found;
}
