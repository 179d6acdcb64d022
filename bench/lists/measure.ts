import type { DataSource } from 'typeorm';
import { toCriteria, type ExpressCustomerFilter } from '../../src/customer/contract/express-customer.filter.js';
import { ExpressCustomerOrder, type CustomerList } from '../../src/customer/model/customer-list.js';
import { ExpressCustomerRepository } from '../../src/customer/persistence/express-customer.repository.js';
import { PAGE_SIZE } from '../../src/shared/page.js';

const { CREATED_AT_ASC, CREATED_AT_DESC, NAME_ASC, NAME_DESC, UPDATED_AT_ASC, UPDATED_AT_DESC } = ExpressCustomerOrder;
const REVERSED = {
  [CREATED_AT_ASC]: CREATED_AT_DESC,
  [CREATED_AT_DESC]: CREATED_AT_ASC,
  [NAME_ASC]: NAME_DESC,
  [NAME_DESC]: NAME_ASC,
  [UPDATED_AT_ASC]: UPDATED_AT_DESC,
  [UPDATED_AT_DESC]: UPDATED_AT_ASC,
};

export interface Measured {
  filter: string;
  orderBy: ExpressCustomerOrder;
  page: 'first' | 'deepest';
  rows: number;
  /** Median of whole calls of the repository, with all their statements and the way there and back. */
  milliseconds: number;
  /** The fastest of these calls: the least disturbed by what else the machine did. */
  fastest: number;
  statements: number;
  /** Pages of 8 kB that all statements together touched: the figure that does not depend on how busy the machine is. */
  buffers: number;
  plans: string[];
}

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  Plans?: PlanNode[];
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

const nodesOf = (node: PlanNode): string[] => [
  node['Index Name']?.replace('express_customers_', '') ?? node['Node Type'],
  ...(node.Plans ?? []).flatMap(nodesOf),
];

/** The indexes and scans of a plan, from the top; its limits and wrappers left out. */
const summaryOf = (plan: PlanNode): string =>
  nodesOf(plan)
    .filter((name) => !/^(Limit|Subquery Scan|WindowAgg|Bitmap Heap Scan)$/.test(name))
    .join(' < ');

async function explain(dataSource: DataSource, [sql, values]: Statement) {
  const [json] = await dataSource.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`, values);
  const plan: PlanNode = json['QUERY PLAN'][0].Plan;
  return { summary: summaryOf(plan), buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] };
}

type Statement = [sql: string, values: unknown[]];

/** The statements that a call sends, taken down as they pass. */
async function statementsOf(dataSource: DataSource, call: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const { logger } = dataSource;
  const noted = Object.create(logger, {
    logQuery: { value: (sql: string, values: unknown[]) => statements.push([sql, values]) },
  });
  Object.assign(dataSource, { logger: noted });
  await call();
  Object.assign(dataSource, { logger });
  return statements;
}

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

async function timed(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await call();
  return performance.now() - start;
}

const ROUNDS = 9;

export interface Case {
  dataSource: DataSource;
  clinicId: string;
  name: string;
  filter: ExpressCustomerFilter;
  orderBy: ExpressCustomerOrder;
}

/** The cursor before the last page: found from the other end. */
async function deepestCursor(repository: ExpressCustomerRepository, list: CustomerList): Promise<string | null> {
  const reversed = { ...list, orderBy: REVERSED[list.orderBy] };
  const { rows } = await repository.findPage(reversed, { first: PAGE_SIZE.default + 1 });
  const page = await repository.findPage(list, { first: PAGE_SIZE.default });
  return rows.length > PAGE_SIZE.default ? page.cursorOf(rows.at(-1)!) : null;
}

async function measurePage(test: Case, after: string | null): Promise<Measured> {
  const { dataSource, clinicId, name, filter, orderBy } = test;
  const repository = new ExpressCustomerRepository(dataSource.manager, clinicId);
  const list = { criteria: toCriteria(filter), orderBy };
  const call = () => repository.findPage(list, { first: PAGE_SIZE.default, after });
  const { rows } = await call();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timed(call));
  const statements = await statementsOf(dataSource, call);
  const plans = [];
  for (const statement of statements) plans.push(await explain(dataSource, statement));
  return {
    filter: name,
    orderBy,
    page: after === null ? 'first' : 'deepest',
    rows: rows.length,
    milliseconds: median(times),
    fastest: Math.min(...times),
    statements: statements.length,
    buffers: plans.reduce((sum, { buffers }) => sum + buffers, 0),
    plans: plans.map(({ summary }) => summary),
  };
}

/** The first page of a list and, where it has more than one, the deepest. */
export async function measure(test: Case): Promise<Measured[]> {
  const repository = new ExpressCustomerRepository(test.dataSource.manager, test.clinicId);
  const after = await deepestCursor(repository, { criteria: toCriteria(test.filter), orderBy: test.orderBy });
  const first = await measurePage(test, null);
  return after === null ? [first] : [first, await measurePage(test, after)];
}
