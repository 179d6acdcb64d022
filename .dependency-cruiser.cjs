const only = (name, comment, from, ...mayReach) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: mayReach },
});

/** A request walks one way: transport -> door -> use case -> policy, repository -> entity. Nothing points back. */
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
      name: 'no-orphans',
      comment: 'Nobody uses it.',
      severity: 'error',
      from: { orphan: true, path: '^src/' },
      to: {},
    },
    only('shared-knows-nobody', 'shared/ is for what any program could use.', '^src/shared/', '^src/shared/'),
    only(
      'entities-know-rows',
      'An entity is a row; it knows no rule and no door.',
      '\\.entity\\.ts$',
      '^src/shared/',
      '\\.entity\\.ts$',
      '^src/identity/actor\\.ts$',
    ),
    only(
      'database-knows-no-feature',
      'The database opens and migrates; the entities are handed to it.',
      '^src/database/',
      '^src/(database|shared)/',
    ),
    only(
      'identity-knows-no-customer',
      'Who calls does not depend on what is called.',
      '^src/identity/',
      '^src/(identity|shared|database)/',
    ),
    only(
      'use-cases-know-no-door',
      'A use case is reached by every door and knows none.',
      '^src/customer/use-cases/',
      '^src/(identity|shared|database)/',
      '^src/customer/(?!.*\\.(resolver|routes)\\.ts$)',
    ),
    only(
      'customer-knows-no-transport',
      'How a request gets in is not the business of a customer.',
      '^src/customer/',
      '^src/(customer|identity|shared|database)/',
    ),
    { name: 'nothing-imports-ormconfig', severity: 'error', from: { path: '^src/' }, to: { path: '^ormconfig' } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
