import { median, type Results } from './results.js';
import { BASELINE, OPERATIONS, SERVICE_NAME, type Operation } from './targets.js';

/** The median of the ratios of the rounds; NaN where one of them was not measured. */
function ratio({ runs }: Results, name: string, to: string, operation: Operation): number {
  const [ours, theirs] = [runs[name]?.[operation] ?? [], runs[to]?.[operation] ?? []];
  return median(ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? NaN)));
}

const shown = (number: number | undefined): string =>
  number === undefined || Number.isNaN(number) ? '-' : number.toFixed(2);

const row = (cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;

function table(head: string[], rows: (string | number)[][]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

const perSecond = ({ runs }: Results, name: string, operation: Operation): string =>
  shown(median((runs[name]?.[operation] ?? []).map((run) => run.perSecond))).replace(/\.\d+/, '');

const TARGET_RATIOS: [name: string, Partial<Record<Operation, number>>][] = [
  [BASELINE, { create: 2, get: 2, list: 1.1 }],
  ['Mercurius with jit', { create: 2.5, get: 2.8, list: 1.2 }],
  ['usual type-graphql + TypeORM', { create: 7, get: 6, list: 3.3 }],
  ['PostGraphile', { create: 4.5, get: 6, list: 2.5 }],
];

const ratiosToPeers = (results: Results): string =>
  table(
    ['this service to', ...OPERATIONS.map((operation) => `${operation} (wanted)`)],
    TARGET_RATIOS.map(([name, wanted]) => [
      name,
      ...OPERATIONS.map(
        (operation) => `${shown(ratio(results, SERVICE_NAME, name, operation))} (${wanted[operation] ?? '-'})`,
      ),
    ]),
  );

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

${results.rows} customers, ${results.rounds} alternating rounds of ${results.seconds} s, 64 connections; medians.

## x baseline

${table(
  ['server', ...OPERATIONS],
  names.map((name) => [name, ...OPERATIONS.map((operation) => shown(ratio(results, name, BASELINE, operation)))]),
)}

## This service to others

${ratiosToPeers(results)}

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

${results.tails.length > 0 ? `## p99 at the same offered rate\n\n${tailsTable(results)}\n\n` : ''}${
    results.growth.length > 0 ? `## Growth, one call at a time\n\n${growthTable(results)}\n` : ''
  }`;
}

const BAR = 18;
const GAP = 40;

const namesWith = ({ runs }: Results, operation: Operation): string[] =>
  Object.keys(runs).filter((name) => runs[name]![operation] !== undefined);

function bars(results: Results, operation: Operation, top: number, widest: number): string {
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
