import { OPERATIONS, operationOf, PLAIN_CASES, type Case } from './cases.js';
import { median, type Results } from './results.js';
import { BASELINE, SERVICE_NAME } from './targets.js';

/** The median of the ratios of the rounds; NaN where one of them was not measured. The baseline has one form alone. */
function ratio({ runs }: Results, name: string, to: string, asked: Case): number {
  const ours = runs[name]?.[asked] ?? [];
  const theirs = runs[to]?.[asked] ?? (to === BASELINE ? runs[to]?.[operationOf(asked)] : undefined) ?? [];
  return median(ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? NaN)));
}

const shown = (number: number | undefined): string =>
  number === undefined || Number.isNaN(number) ? '-' : number.toFixed(2);

const row = (cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;

function table(head: string[], rows: (string | number)[][]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

const perSecond = ({ runs }: Results, name: string, asked: Case): string =>
  shown(median((runs[name]?.[asked] ?? []).map((run) => run.perSecond))).replace(/\.\d+/, '');

const GOALS: [name: string, Partial<Record<Case, number>>][] = [
  [BASELINE, { create: 1.3, get: 1.2, list: 1.4, page: 1.0 }],
  ['Mercurius with jit', { create: 2.0, get: 1.5, list: 1.7, page: 1.1 }],
  ['plain Apollo with @apollo/subgraph', { entities: 3.0 }],
  ['usual type-graphql + TypeORM', {}],
  ['PostGraphile', {}],
];

const ratiosToOthers = (results: Results): string =>
  table(
    ['this service compared with', ...OPERATIONS.map((operation) => `${operation} (goal)`)],
    GOALS.map(([name, goals]) => [
      name,
      ...OPERATIONS.map(
        (operation) => `${shown(ratio(results, SERVICE_NAME, name, operation))} (${goals[operation] ?? '-'})`,
      ),
    ]),
  );

const FORM_GOAL = 0.95;

/** What a client's form costs compared with the plain one, and how the plain ones compare. */
const formsTable = (results: Results): string =>
  table(
    ['', ...PLAIN_CASES.map(operationOf)],
    [
      [
        `as Apollo Client 4 sends it, compared with plain (goal ${FORM_GOAL})`,
        ...PLAIN_CASES.map((asked) => shown(formRatio(results, asked))),
      ],
      ...[BASELINE, 'Mercurius with jit'].map((name) => [
        `this service, plain, compared with ${name}`,
        ...PLAIN_CASES.map((asked) => shown(ratio(results, SERVICE_NAME, name, asked))),
      ]),
    ],
  );

function formRatio({ runs }: Results, asked: Case): number {
  const [client, plain] = [runs[SERVICE_NAME]?.[operationOf(asked)] ?? [], runs[SERVICE_NAME]?.[asked] ?? []];
  return median(client.map(({ perSecond }, round) => perSecond / (plain[round]?.perSecond ?? NaN)));
}

const generatorsOf = ({ runs }: Results): string =>
  [
    ...new Set(
      Object.values(runs).flatMap((of) =>
        Object.values(of)
          .flat()
          .map((run) => run.generator),
      ),
    ),
  ].join(', ');

const growthTable = ({ growth }: Results): string =>
  table(
    ['rows', 'create ms', 'get ms', 'list ms', '_entities ms'],
    growth.map(({ rows, milliseconds: m }) => [
      rows,
      ...['create', 'get', 'list', '_entities'].map((name) => shown(m[name])),
    ]),
  );

const tailsTable = ({ tails }: Results): string =>
  table(
    ['operation', 'offered per second', 'p99 ms'],
    tails.map(({ operation, rate, p99 }) => [
      operation,
      rate,
      Object.entries(p99)
        .map(([name, ms]) => `${name} ${ms}`)
        .join(', '),
    ]),
  );

/** The run as Markdown: ratios first, since absolute numbers belong to the machine. */
export function reportOf(results: Results): string {
  const names = Object.keys(results.runs);
  return `# Bench of ${new Date().toISOString().slice(0, 16)}Z

${results.rows} customers, ${results.rounds} alternating rounds of ${results.seconds} s, 64 connections; medians. Requests as Apollo
Client 4 sends them, \`entities\` as a router sends a batch of 100; peers get the same. Load generator: ${generatorsOf(results)};
autocannon for p99 at an offered rate.

## This service compared with others

${ratiosToOthers(results)}

## Every server compared with the baseline

${table(
  ['server', ...OPERATIONS],
  names.map((name) => [name, ...OPERATIONS.map((operation) => shown(ratio(results, name, BASELINE, operation)))]),
)}

## The client's form alongside the plain one

${formsTable(results)}

## Requests per second, memory and start

${table(
  ['server', ...OPERATIONS.map((operation) => `${operation}/s`), 'MB at most', 'start ms'],
  names.map((name) => [
    name,
    ...OPERATIONS.map((operation) => perSecond(results, name, operation)),
    Math.round(Math.max(...Object.values(results.memory[name] ?? {}))),
    results.startMilliseconds[name]!,
  ]),
)}

${results.tails.length > 0 ? `## p99 at the same offered rate (autocannon)\n\n${tailsTable(results)}\n\n` : ''}${
    results.growth.length > 0 ? `## Growth, one call at a time\n\n${growthTable(results)}\n` : ''
  }`;
}

const BAR = 18;
const GAP = 40;

const namesWith = ({ runs }: Results, operation: Case): string[] =>
  Object.keys(runs).filter((name) => runs[name]![operation] !== undefined);

function bars(results: Results, operation: Case, top: number, widest: number): string {
  return namesWith(results, operation)
    .map((name, n) => {
      const value = ratio(results, name, BASELINE, operation);
      const y = top + n * BAR;
      const fill = name.startsWith(SERVICE_NAME) ? '#0b7285' : '#adb5bd';
      return `<text x="210" y="${y + 13}" text-anchor="end">${name}</text><rect x="218" y="${y + 2}" width="${((value / widest) * 440).toFixed(1)}" height="${BAR - 4}" fill="${fill}"/><text x="${(224 + (value / widest) * 440).toFixed(1)}" y="${y + 13}">${shown(value)}</text>`;
    })
    .join('\n');
}

/** Bars of every server's speed in multiples of the baseline. */
export function plotOf(results: Results): string {
  const names = Object.keys(results.runs);
  const all = names.flatMap((name) => OPERATIONS.map((operation) => ratio(results, name, BASELINE, operation) || 0));
  const height = names.length * BAR + GAP;
  const parts = OPERATIONS.map((operation, n) => {
    const top = n * height + GAP;
    return `<text x="10" y="${top - 8}" font-weight="bold">${operation}, x baseline</text>\n${bars(results, operation, top, Math.max(...all))}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="${OPERATIONS.length * height + 20}" font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n</svg>\n`;
}
