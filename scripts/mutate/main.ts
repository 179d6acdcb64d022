// npm run mutate -- [--most 5] [--only 'pattern']: changes the source in one place at a time and runs the tests that should
// notice. Prints which changes nobody noticed, and a table. About a minute for each change.
import 'reflect-metadata';
import { Command } from 'commander';
import globalSetup from '../../test/support/global-setup.js';
import globalTeardown from '../../test/support/global-teardown.js';
import { OPERATORS } from './operators.js';
import { findPlaces, samplePlaces, type Place } from './places.js';
import { listTests, relevantTests } from './relevant-tests.js';
import { ScratchCopy } from './trial.js';

interface Values {
  most: string;
  only?: string;
  trust?: true;
  list?: true;
}

const values = new Command('npm run mutate --')
  .description('Changes one line of the source at a time and shows which changes no test notices.')
  .option('--most <number>', 'places to try for each kind of change', '5')
  .option('--only <pattern>', 'only places whose kind, file or line matches the regular expression')
  .option('--trust', 'do not run the tests without a change first')
  .option('--list', 'print the places and try none')
  .parse()
  .opts<Values>();

const textOf = ({ operator, file, line, before }: Place): string =>
  `${operator}: src/${file}:${line}: ${before.trim()}`;

interface Trial {
  place: Place;
  /** The group of tests that failed; null where none did. */
  failure: string[] | null;
}

/** @throws Error when a test fails without any change: it would notice everything. */
async function assertTestsPass(copy: ScratchCopy, tests: string[]): Promise<void> {
  if ((await copy.runTests(tests)) !== 0) throw new Error('A test fails without any change. Run npm test.');
}

async function tryEach(copy: ScratchCopy, places: Place[]): Promise<Trial[]> {
  const tests = listTests('test');
  const testsOf = (place: Place) => relevantTests(place.file, tests);
  if (!values.trust) await assertTestsPass(copy, [...new Set(places.flatMap(testsOf).flat())]);
  const trials: Trial[] = [];
  for (const place of places) {
    const failure = await copy.findFailure(place, testsOf(place));
    trials.push({ place, failure });
    const outcome = failure === null ? 'NOT NOTICED' : `noticed by ${failure.join(' ')}`;
    process.stderr.write(`${trials.length}/${places.length} ${outcome} ${textOf(place)}\n`);
  }
  return trials;
}

async function tryAll(places: Place[]): Promise<Trial[]> {
  await globalSetup();
  const copy = new ScratchCopy();
  try {
    return await tryEach(copy, places);
  } finally {
    await copy.remove();
    await globalTeardown();
  }
}

function tableOf(trials: Trial[]): string {
  const rows = OPERATORS.map(({ name }) => {
    const own = trials.filter(({ place }) => place.operator === name);
    return [name, own.length, own.filter(({ failure }) => failure !== null).length] as const;
  }).filter(([, tried]) => tried > 0);
  const all = ['all', trials.length, trials.filter(({ failure }) => failure !== null).length] as const;
  return [
    '| change | tried | noticed |',
    '| --- | --- | --- |',
    ...[...rows, all].map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

async function main(): Promise<void> {
  const only = new RegExp(values.only ?? '', 'i');
  const places = samplePlaces(findPlaces('src'), Number(values.most)).filter((place) => only.test(textOf(place)));
  if (values.list) return void process.stdout.write(`${places.map(textOf).join('\n')}\n${places.length} places\n`);
  const trials = await tryAll(places);
  const overlooked = trials
    .filter(({ failure }) => failure === null)
    .map(({ place }) => `${textOf(place)}\n  -> ${place.after.trim()}`);
  process.stdout.write(`${tableOf(trials)}\n\nNot noticed:\n${overlooked.join('\n') || 'none'}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
