import { LIMITS } from './cases.js';
import type { Measured } from './measure.js';

const nameOf = ({ filter, orderBy, page }: Measured): string => `${filter} | ${orderBy} | ${page}`;
const isLimit = ({ filter }: Measured): boolean => filter in LIMITS;

const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
const rule = (columns: number): string => row(...Array.from({ length: columns }, () => '---'));

function pages(measured: Measured[]): string[] {
  return [
    row('filter', 'order', 'page', 'rows', 'median ms', 'fastest ms', 'statements', '8 kB pages', 'plans'),
    rule(9),
    ...measured.map((one) =>
      row(
        nameOf(one),
        one.rows,
        one.milliseconds.toFixed(1),
        one.fastest.toFixed(1),
        one.statements,
        one.buffers,
        one.plans.join(' ; '),
      ),
    ),
  ];
}

function growth(bySize: Map<number, Measured[]>): string[] {
  const sizes = [...bySize.keys()];
  const lookUp = sizes.map((size) => new Map(bySize.get(size)!.map((one) => [nameOf(one), one])));
  const last = [...lookUp.at(-1)!.values()];
  const lines = last.flatMap((one) => {
    const found = lookUp.map((measured) => measured.get(nameOf(one)));
    // A list that is empty or has one page at the smallest size has nothing to be compared with.
    if (found[0]?.rows !== one.rows) return [];
    const ratio = one.fastest / found[0].fastest;
    return [row(nameOf(one), ...found.map((each) => each?.fastest.toFixed(2) ?? ''), ratio.toFixed(1))];
  });
  return [
    row('filter', 'order', 'page', ...sizes.map((size) => `fastest ms at ${size}`), 'ratio'),
    rule(sizes.length + 4),
    ...lines,
  ];
}

function verdict(measured: Measured[]): string {
  const over = (of: 'milliseconds' | 'fastest') => measured.filter((one) => one[of] >= 50).length;
  return `${measured.length} pages; at 50 ms or more: ${over('milliseconds')} by the median, ${over('fastest')} by the fastest call.`;
}

/** The report as Markdown. */
export function reportOf(bySize: Map<number, Measured[]>, creates: string): string {
  const largest = Math.max(...bySize.keys());
  const measured = bySize.get(largest)!;
  const [usual, limits] = [measured.filter((one) => !isLimit(one)), measured.filter(isLimit)];
  return [
    '# Lists: cost of a page',
    '',
    `Made by \`npm run bench:lists\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.version}. PostgreSQL with its`,
    'defaults but 1 GB of shared buffers; one clinic of the given size among clinics of 20 customers. A page has 20 rows. Nine',
    'whole calls each, on a machine that had other work too; `8 kB pages` is what EXPLAIN (ANALYZE, BUFFERS) says that all statements of a call touched, and',
    '`plans` the scans and sorts of each statement, from the top.',
    '',
    `## ${largest} customers`,
    '',
    verdict(usual),
    '',
    ...pages(usual),
    '',
    '## Where the cost is not bounded',
    '',
    verdict(limits),
    '',
    ...pages(limits),
    '',
    '## Growth',
    '',
    ...growth(bySize),
    '',
    '## What the search indexes cost a create',
    '',
    creates,
    '',
  ].join('\n');
}
