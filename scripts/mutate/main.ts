// npm run mutate -- [--most 5] [--only 'pattern'] [--record file]: changes the source in one place at a time and runs the tests that should
// notice. Prints which changes nobody noticed, and a table. About a minute for each change.
import 'reflect-metadata';
import { Command } from 'commander';
import globalSetup from '../../test/support/global-setup.js';
import globalTeardown from '../../test/support/global-teardown.js';
import { OPERATORS } from './operators.js';
import { findPlaces, samplePlaces, type Place } from './places.js';
import { TrialRecord, type Trial } from './record.js';
import { listTests, relevantTests } from './relevant-tests.js';
import { ScratchCopy } from './trial.js';

interface Values {
  most: string;
  only?: string;
  record?: string;
  trust?: true;
  list?: true;
}

const values = new Command('npm run mutate --')
  .description('Changes one line of the source at a time and shows which changes no test notices.')
  .option('--most <number>', 'places to try for each kind of change', '5')
  .option('--only <pattern>', 'only places whose kind, file or line matches the regular expression')
  .option('--record <file>', 'keep the outcomes in this file, and do not try again what is in it')
  .option('--trust', 'do not run the tests without a change first')
  .option('--list', 'print the places and try none')
  .parse()
  .opts<Values>();

const textOf = ({ operator, file, line, before }: Place): string =>
  `${operator}: src/${file}:${line}: ${before.trim()}`;

/** @throws Error when a test fails without any change: it would notice everything. */
async function assertTestsPass(copy: ScratchCopy, tests: string[]): Promise<void> {
  const failure = await copy.runTests(tests);
  if (failure) throw new Error(`${failure.file} fails without any change. Run npm test.`);
}

async function tryEach(copy: ScratchCopy, places: Place[], record: TrialRecord): Promise<void> {
  const tests = listTests('test');
  const testsOf = (place: Place) => relevantTests(place.file, tests);
  if (!values.trust) await assertTestsPass(copy, [...new Set(places.flatMap(testsOf).flat())]);
  for (const [index, place] of places.entries()) {
    const failure = await copy.findFailure(place, testsOf(place));
    const noticedBy = failure && `${failure.file}: ${failure.test ?? 'could not be run'}`;
    record.add({ ...place, noticedBy });
    const outcome = noticedBy === null ? 'NOT NOTICED' : `noticed by ${noticedBy}`;
    process.stderr.write(`${index + 1}/${places.length} ${textOf(place)}\n  ${outcome}\n`);
  }
}

async function tryAll(places: Place[], record: TrialRecord): Promise<void> {
  await globalSetup();
  const copy = new ScratchCopy();
  try {
    await tryEach(copy, places, record);
  } finally {
    await copy.remove();
    await globalTeardown();
  }
}

function tableOf(trials: Trial[]): string {
  const rows = OPERATORS.map(({ name }) => {
    const own = trials.filter(({ operator }) => operator === name);
    return [name, own.length, own.filter(({ noticedBy }) => noticedBy !== null).length] as const;
  }).filter(([, tried]) => tried > 0);
  const all = ['all', trials.length, trials.filter(({ noticedBy }) => noticedBy !== null).length] as const;
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
  const record = new TrialRecord(values.record ?? null);
  const open = places.filter((place) => record.find(place) === null);
  if (open.length > 0) await tryAll(open, record);
  const overlooked = places
    .filter((place) => record.find(place)!.noticedBy === null)
    .map((place) => `${textOf(place)}\n  -> ${place.after.trim()}`);
  const table = tableOf(places.map((place) => record.find(place)!));
  process.stdout.write(`${table}\n\nNot noticed:\n${overlooked.join('\n') || 'none'}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
