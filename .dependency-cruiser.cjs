/** A feature has the folders of customer/; a second one is named here and obeys the same rules. */
const FEATURES = ['customer'];

/** What is in `from` may import of src what is in `mayImport`, and nothing else. */
const only = (name, comment, from, ...mayImport) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: mayImport },
});

const never = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to },
});

const folder = (...names) => `^src/(${names.join('|')})/`;

/** graphql | rest -> use-cases -> persistence -> model. */
function rulesOfFeature(feature) {
  const inside = (...names) => `^src/${feature}/(${names.join('|')})/`;
  const rule = (name, comment, ...mayImport) =>
    only(`${feature}-${name}`, comment, inside(name), inside(name), folder('shared'), ...mayImport);
  return [
    rule('model', 'Rows and rules depend on nothing else of the feature.'),
    rule(
      'persistence',
      'Repositories and statements use no class of GraphQL or REST.',
      inside('model'),
      folder('identity', 'database'),
    ),
    rule('contract', 'Inputs and answers use the rules, not the database.', inside('model')),
    rule(
      'use-cases',
      'A use case serves every API and depends on none.',
      inside('contract', 'persistence', 'model'),
      folder('identity', 'database'),
    ),
    rule(
      'graphql',
      'A resolver calls a use case; it sees no row and no statement.',
      inside('contract', 'use-cases', 'model'),
      folder('identity'),
    ),
    rule(
      'rest',
      'A route calls a use case; it sees no statement.',
      inside('contract', 'use-cases', 'model'),
      folder('identity'),
    ),
    only(
      `${feature}-knows-no-other-feature`,
      'Features meet in the composition root.',
      folder(feature),
      folder(feature, 'identity', 'database', 'shared'),
    ),
  ];
}

/** A request goes one way, and so does every import. */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circles-of-folders',
      comment: 'Two folders that need each other are one folder.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nobody uses it.',
      severity: 'error',
      from: { orphan: true, path: '^src/' },
      to: {},
    },
    ...FEATURES.flatMap(rulesOfFeature),
    only('shared', 'What any program could use.', folder('shared'), folder('shared')),
    only(
      'database',
      'It opens and migrates; entities are handed to it.',
      folder('database'),
      folder('database', 'shared'),
    ),
    only(
      'identity',
      'Who calls does not depend on what is called.',
      folder('identity'),
      folder('identity', 'database', 'shared'),
    ),
    only(
      'identity-graphql',
      'A resolver of keys calls a use case; it sees no row and no statement.',
      '^src/identity/graphql/',
      '^src/identity/(graphql|contract|use-cases)/',
      '^src/identity/(actor|request-context)\\.ts$',
      folder('shared'),
    ),
    only(
      'identity-contract',
      'Inputs and answers map a row; they send no statement.',
      '^src/identity/contract/',
      '^src/identity/contract/',
      '^src/identity/(actor|api-key\\.entity|api-key-token)\\.ts$',
      folder('shared'),
    ),
    only(
      'telemetry',
      'It records what happened and depends on no feature.',
      folder('telemetry'),
      folder('telemetry', 'database', 'shared'),
    ),
    only(
      'config',
      'It builds the settings that others declare.',
      folder('config'),
      folder('config', 'identity', 'database', 'shared'),
    ),
    only(
      'startup',
      'What a start says, whatever is started.',
      folder('startup'),
      folder('startup', 'config', 'identity', 'database', 'shared'),
    ),
    only(
      'transport',
      "Of a feature it sees the resolvers and the routes alone, so that every call passes a use case's first line.",
      folder('transport'),
      folder('transport', 'telemetry', 'config', 'database', 'shared'),
      '^src/identity/graphql/',
      '^src/identity/(actor|authenticate|authentication-result|denial-log|request-context)\\.ts$',
      `^src/(${FEATURES.join('|')})/(graphql|rest)/`,
    ),
    only(
      'cli',
      'The command line calls use cases, as the APIs do.',
      folder('cli'),
      folder('cli', 'startup', 'telemetry', 'config', 'identity', 'database', 'shared'),
      `^src/(${FEATURES.join('|')})/(use-cases|contract)/`,
      '^src/service-database\\.ts$',
    ),
    never(
      'folders-know-no-entry-point',
      'What starts the program is at its top.',
      '^src/[^/]+/',
      '^src/(main|serve|app)\\.ts$',
    ),
    never('src-runs-alone', 'It is shipped without them.', '^src/', '^(test|bench|examples|scripts|ormconfig)'),
    never('tests-measure-nothing', 'A test needs no bench.', '^test/', '^bench/'),
    never('benches-use-test-support-alone', 'A bench needs no test.', '^bench/', '^test/(?!support/)'),
    never(
      'dashboard-is-a-caller',
      'It runs in a browser and calls the service as a stranger does.',
      '^dashboard/',
      '^(src|test|bench|scripts|examples)/',
    ),
    never(
      'examples-are-callers',
      'An example uses the service as a stranger does.',
      '^examples/',
      '^(src|test|bench|scripts)/',
    ),
    never(
      'scripts-use-what-is-built',
      'A script runs without tests and benches.',
      '^scripts/',
      '^(test/(?!support/)|bench/|examples/)',
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs'] },
  },
};
