import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { newExpressCustomerId } from '../../src/customer/model/express-customer-id.js';
import { writeCustomers } from '../../src/customer/contract/customer-json.js';
import { toExpressCustomer } from '../../src/customer/contract/express-customer.type.js';
import { ExpressCustomerEntity } from '../../src/customer/model/express-customer.entity.js';
import type { ListedCustomer } from '../../src/customer/model/listed-customer.js';
import type { Page, TextPage } from '../../src/shared/page.js';
import type { SelectedField } from '../../src/shared/written-list.js';
import { toCriteria, type ExpressCustomerFilter } from '../../src/customer/contract/express-customer.filter.js';
import { ExpressCustomerRepository } from '../../src/customer/persistence/express-customer.repository.js';
import type { ExpressCustomersArgs } from '../../src/customer/contract/express-customers.args.js';
import { ExpressCustomerOrder } from '../../src/customer/model/customer-list.js';
import { foldForSearch } from '../../src/customer/model/fold-for-search.js';
import type { Database } from '../../src/database/database.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { createTestDatabase, onEachEngine, type TestDatabase } from '../support/engines.js';
import { statementsOf } from '../support/statements.js';

type Row = ExpressCustomerEntity;

const { CREATED_AT_ASC, CREATED_AT_DESC, NAME_ASC, NAME_DESC } = ExpressCustomerOrder;
const ORDERS = [CREATED_AT_ASC, CREATED_AT_DESC, NAME_ASC, NAME_DESC];
const WORDS = [
  'City',
  'Zürich',
  'Łódź',
  '100%',
  'a_b',
  'back\\slash',
  '東京',
  'Οδός',
  'STRASSE',
  'Straße',
  'e',
  "O'Neil",
];

function newRow(clinicId: string, name: string, metadata: Row['metadata'] = {}, isActive = true): Partial<Row> {
  return {
    clinicId,
    expressCustomerId: newExpressCustomerId(),
    expressCustomerName: name,
    nameSearch: foldForSearch(name),
    metadata,
    isActive,
    createdByApiKeyId: randomUUID(),
  };
}

async function store(dataSource: DataSource, rows: Partial<Row>[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 500) {
    await dataSource.manager.insert(ExpressCustomerEntity, rows.slice(start, start + 500));
  }
}

/** Customers enough for the search index to be asked, with matches from common to unique; the same in each run. */
function variedRows(clinicId: string, count: number): Partial<Row>[] {
  return Array.from({ length: count }, (_, n) => {
    const word = (step: number) => WORDS[Math.floor(n / step) % WORDS.length];
    const rare = n % 997 === 5 ? ' Xylophon' : '';
    const metadata = { region: n % 3 === 0 ? 'north' : 'south', ...(n % 401 === 0 && { tier: 'göld' }), n: String(n) };
    return newRow(clinicId, `${word(1)} ${word(7)}${n % 5 === 0 ? '' : n % 50}${rare}`, metadata, n % 11 !== 0);
  });
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const nameKey = (row: Partial<Row>) => [...row.nameSearch!].slice(0, 100).join('');

/** What the list must be, computed the plain way. */
function expected(rows: Partial<Row>[], filter: ExpressCustomerFilter, orderBy: ExpressCustomerOrder): string[] {
  const part = foldForSearch(filter.nameContains ?? '');
  const pairs = Object.entries(filter.metadata ?? {});
  const matching = rows
    .filter((row) => row.nameSearch!.includes(part))
    .filter((row) => (filter.isActive ?? row.isActive) === row.isActive)
    .filter((row) => pairs.every(([key, value]) => row.metadata![key] === value));
  const byId = (a: Partial<Row>, b: Partial<Row>) => byBytes(a.expressCustomerId!, b.expressCustomerId!);
  const byName = (a: Partial<Row>, b: Partial<Row>) => byBytes(nameKey(a), nameKey(b)) || byId(a, b);
  const sorted = matching.sort(orderBy === NAME_ASC || orderBy === NAME_DESC ? byName : byId);
  if (orderBy === CREATED_AT_DESC || orderBy === NAME_DESC) sorted.reverse();
  return sorted.map(({ expressCustomerId }) => expressCustomerId!);
}

const idsOf = (rows: Pick<Row, 'expressCustomerId'>[]): string[] =>
  rows.map(({ expressCustomerId }) => expressCustomerId);

const select = (name: string, fields?: SelectedField[]): SelectedField => ({
  key: name,
  name,
  typeName: undefined,
  fields,
});

/** Expects that the text of a page gives the same JSON as its values. */
function expectWritten(page: Page<ListedCustomer>): void {
  const nodes = page.rows.map(toExpressCustomer);
  const fields = Object.keys(nodes[0]!).map((name) => select(name));
  const edges = page.rows.map((row, at) => ({ cursor: page.cursorOf(row), node: nodes[at] }));
  const text = page as TextPage<ListedCustomer>;
  expect(writeCustomers(text, 'nodes', fields)).toBe(JSON.stringify(nodes));
  expect(writeCustomers(text, 'edges', [select('cursor'), select('node', fields)])).toBe(JSON.stringify(edges));
}

onEachEngine((engine) => {
  let place: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    place = await createTestDatabase(engine);
    database = await openServiceDatabase(place);
  });
  afterAll(async () => {
    await database.close();
    await place.remove();
  });

  const listOf = (clinicId: string) => new ExpressCustomerRepository(database.dataSource.manager, clinicId);
  const page = (clinicId: string, { filter, orderBy = CREATED_AT_DESC, ...rest }: Partial<ExpressCustomersArgs>) =>
    listOf(clinicId).findPage({ criteria: toCriteria(filter), orderBy }, { first: 20, ...rest });

  async function everyPage(clinicId: string, args: Partial<ExpressCustomersArgs>): Promise<string[]> {
    const ids: string[] = [];
    let after: string | undefined;
    for (;;) {
      const found = await page(clinicId, { ...args, ...(after !== undefined && { after }) });
      ids.push(...idsOf(found.rows));
      if (!found.hasNextPage) return ids;
      after = found.cursorOf(found.rows.at(-1)!);
    }
  }

  describe('in a clinic of 2,500 customers', () => {
    const clinicId = randomUUID();
    const rows = variedRows(clinicId, 2_500);
    beforeAll(async () => {
      await store(database.dataSource, rows);
      // The neighbours' rows look the same and must never be seen.
      await store(database.dataSource, variedRows(randomUUID(), 300));
    });

    const filters: ExpressCustomerFilter[] = [
      {},
      { isActive: true },
      { isActive: false },
      ...[
        'xylophon',
        'ÉE',
        'city',
        'ZURICH',
        'zürich',
        'lodz',
        'strasse',
        '東',
        '東京',
        'οδοσ',
        "'",
        '%',
        '_',
        '\\',
      ].map((nameContains) => ({ nameContains })),
      ...['100%', 'a_b', 'aXb', 'k\\s', 'y 1', ' ', '', 'no customer has this', 'e e'].map((nameContains) => ({
        nameContains,
      })),
      { metadata: { region: 'north' } },
      { metadata: { tier: 'göld' } },
      { metadata: { tier: 'gold' } },
      { metadata: { region: 'south', n: '1000' } },
      { metadata: {} },
      { nameContains: 'city', isActive: false },
      { nameContains: 'xylophon', isActive: true, metadata: { region: 'north' } },
      { nameContains: 'strasse', isActive: false, metadata: { tier: 'göld' } },
      { nameContains: null, isActive: null, metadata: null },
    ];

    it.each(filters)('shows exactly the matching customers in each order for %j', async (filter) => {
      for (const orderBy of ORDERS) {
        const wanted = expected(rows, filter, orderBy);
        expect(await everyPage(clinicId, { filter, orderBy, first: 250 })).toEqual(wanted);
        expect(await listOf(clinicId).count({ criteria: toCriteria(filter), orderBy })).toBe(wanted.length);
      }
    });

    it('continues exactly after any row, by pages of any size, under any combination of filters', async () => {
      const filter = fc.record(
        {
          nameContains: fc.constantFrom('xylophon', 'city', 'z', 'ss', 'ü', 'e 1', 'lodz', 'οδ'),
          isActive: fc.boolean(),
          metadata: fc.constantFrom({ region: 'north' }, { tier: 'göld' }, { region: 'south', tier: 'göld' }),
        },
        { requiredKeys: [] },
      );
      const request = fc.record({
        filter,
        orderBy: fc.constantFrom(...ORDERS),
        first: fc.integer({ min: 1, max: 100 }),
        depth: fc.double({ min: 0, max: 0.999, noNaN: true }),
      });
      await fc.assert(
        fc.asyncProperty(request, async ({ filter, orderBy, first, depth }) => {
          const wanted = expected(rows, filter, orderBy);
          fc.pre(wanted.length > 0);
          const list = await page(clinicId, { filter, orderBy, first });
          const at = Math.floor(depth * wanted.length);
          const row = rows.find(({ expressCustomerId }) => expressCustomerId === wanted[at]) as Row;
          const next = await page(clinicId, { filter, orderBy, first, after: list.cursorOf(row) });
          expect(idsOf(next.rows)).toEqual(wanted.slice(at + 1, at + 1 + first));
          expect(next.hasNextPage).toBe(wanted.length > at + 1 + first);
          expect(next.hasPreviousPage).toBe(true);
        }),
        { seed: 20_260_101, numRuns: 150 },
      );
    });

    it('refuses a cursor of another filter, order or clinic, and takes one of the same filter written otherwise', async () => {
      const filter = { nameContains: 'Zürich', metadata: { region: 'south', n: '1' } };
      const list = await page(clinicId, { filter });
      const after = list.cursorOf(rows[3] as Row);
      const refused = expect.objectContaining({ code: 'BAD_USER_INPUT' });
      for (const other of [
        {},
        { ...filter, isActive: true },
        { ...filter, nameContains: 'zur' },
        { nameContains: 'Zürich' },
      ]) {
        await expect(page(clinicId, { filter: other, after })).rejects.toEqual(refused);
      }
      await expect(page(clinicId, { filter, orderBy: NAME_ASC, after })).rejects.toEqual(refused);
      await expect(page(randomUUID(), { filter, after })).rejects.toEqual(refused);
      const same = { isActive: null, metadata: { n: '1', region: 'south' }, nameContains: 'zurich' };
      await expect(page(clinicId, { filter: same, after })).resolves.toBeDefined();
    });

    it('sends one statement for a list and for common matches, two for rare ones, and counts only on request', async () => {
      const statements = statementsOf(database.dataSource);
      const sent = async (filter: ExpressCustomerFilter, orderBy = CREATED_AT_DESC) => {
        const before = statements.length;
        await page(clinicId, { filter, orderBy });
        return statements.length - before;
      };
      for (const orderBy of ORDERS) {
        expect(await sent({}, orderBy)).toBe(1);
        expect(await sent({ isActive: false }, orderBy)).toBe(1);
        expect(await sent({ isActive: true, nameContains: 'city' }, orderBy)).toBe(1);
        expect(await sent({ metadata: { region: 'north' } }, orderBy)).toBe(1);
        expect(await sent({ metadata: { n: '1250' } }, orderBy)).toBe(2);
      }
      expect(statements.join()).not.toMatch(/count\(/i);
      expect(statements.every((sql) => /clinic_id = \$1/.test(sql))).toBe(true);
    });

    it('reads pages that are asked for simultaneously in one batch, each exactly as by itself, and one that many ask for once', async () => {
      const statements = statementsOf(database.dataSource);
      for (const orderBy of ORDERS) {
        const filter = { isActive: false };
        const wanted = expected(rows, filter, orderBy);
        const list = await page(clinicId, { filter, orderBy });
        const cursorAt = (at: number) =>
          list.cursorOf(rows.find(({ expressCustomerId }) => expressCustomerId === wanted[at]) as Row);
        const places = Array.from({ length: 60 }, (_, n) => (n * 37) % wanted.length);
        const before = statements.length;
        const behind = places.map((at) => page(clinicId, { filter, orderBy, after: cursorAt(at) }));
        const first = places.map(() => page(clinicId, { filter, orderBy, first: 7 }));
        for (const [n, found] of (await Promise.all(behind)).entries()) {
          const at = places[n]! + 1;
          expect(idsOf(found.rows)).toEqual(wanted.slice(at, at + 20));
          expect(found.hasNextPage).toBe(wanted.length > at + 20);
        }
        for (const found of await Promise.all(first)) expect(idsOf(found.rows)).toEqual(wanted.slice(0, 7));
        // 60 pages of 21 rows, at most 420 rows in a statement.
        expect(statements.slice(before)).toHaveLength(3 + 1);
        const sameTwice = Array.from({ length: 50 }, () => page(clinicId, { filter, orderBy, after: cursorAt(1) }));
        for (const found of await Promise.all(sameTwice)) expect(idsOf(found.rows)).toEqual(wanted.slice(2, 22));
        expect(statements.slice(before)).toHaveLength(3 + 1 + 1);
      }
    });

    it('reads the same rows together as the entity maps', async () => {
      const list = await page(clinicId, {});
      const after = list.cursorOf(list.rows[0]!);
      const [first, second] = await Promise.all([page(clinicId, {}), page(clinicId, { after })]);
      const stored = await database.dataSource.manager.find(ExpressCustomerEntity, {
        where: { clinicId },
        order: { expressCustomerId: 'DESC' },
        take: 21,
      });
      const answered = stored.map(({ clinicId: _, nameSearch: __, ...row }) => row);
      expect(first.rows).toEqual(answered.slice(0, 20));
      expect(second.rows).toEqual(answered.slice(1));
    });
  });

  it('reads texts of any characters in every order, whatever separates columns and rows', async () => {
    const clinicId = randomUUID();
    const TIME = Date.UTC(2024, 0, 31, 23, 59, 59);
    const texts = ['a\u001fb', '\u001e\u001e', '"\\\n\u0001\u007f\u2028', 'é 東京 🏥', ' x ', '\u001f'];
    const rows = texts.map((text, n) => {
      const metadata = { [text]: text, __proto__x: '', '10': '": "', '9': ', ' };
      const user = { createdByApiKeyId: null, createdByUserId: `usr_${text}` };
      const times = { createdAt: new Date(TIME + n * 995), updatedAt: new Date(TIME + n * 1_100) };
      const row = { ...newRow(clinicId, text, metadata, n % 2 === 0), ...times, externalReferenceId: text };
      return n % 3 === 0 ? { ...row, ...user } : row;
    });
    await store(database.dataSource, rows);
    const stored = await database.dataSource.manager.find(ExpressCustomerEntity, { where: { clinicId } });
    const answered = new Map(stored.map(({ clinicId: _, nameSearch: __, ...row }) => [row.expressCustomerId, row]));
    for (const orderBy of ORDERS) {
      const wanted = expected(rows, {}, orderBy);
      const first = await page(clinicId, { orderBy, first: 2 });
      const second = await page(clinicId, { orderBy, after: first.cursorOf(first.rows[1]!) });
      expect([...first.rows, ...second.rows]).toMatchObject(wanted.map((id) => answered.get(id)));
      for (const read of [first, second]) expectWritten(read);
    }
  });

  it('leaves a page of very large customers to its values', async () => {
    const clinicId = randomUUID();
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`key ${n}`, 'é'.repeat(1_000)]));
    await store(
      database.dataSource,
      Array.from({ length: 6 }, () => newRow(clinicId, 'large', metadata)),
    );
    const found = await page(clinicId, {});
    expect(found.rows.map((row) => row.metadata)).toEqual(Array.from({ length: 6 }, () => metadata));
    expect(writeCustomers(found as TextPage<ListedCustomer>, 'nodes', [select('metadata')])).toBeUndefined();
    const small = await page(clinicId, { first: 1 });
    expect(writeCustomers(small as TextPage<ListedCustomer>, 'nodes', [select('metadata')])).toBe(
      JSON.stringify([{ metadata: small.rows[0]!.metadata }]),
    );
  });

  it('finds matches that lie behind a long stretch without any', async () => {
    const clinicId = randomUUID();
    const named = (word: string, count: number) =>
      Array.from({ length: count }, () => newRow(clinicId, word, { batch: word }));
    const rows = [...named('needle', 30), ...named('hay', 11_500), ...named('needle', 5)];
    await store(database.dataSource, rows);
    for (const filter of [{ nameContains: 'needle' }, { nameContains: 'ne' }, { metadata: { batch: 'needle' } }]) {
      expect(await everyPage(clinicId, { filter })).toEqual(expected(rows, filter, CREATED_AT_DESC));
    }
  });

  it('neither skips nor repeats a customer that was there at the start while 1,000 more are created', async () => {
    const clinicId = randomUUID();
    const atStart = variedRows(clinicId, 300);
    await store(database.dataSource, atStart);
    const known = new Set(atStart.map(({ expressCustomerId }) => expressCustomerId));
    const inserts = (async () => {
      for (const row of variedRows(clinicId, 1_000)) await store(database.dataSource, [row]);
    })();
    const walks = ORDERS.map(async (orderBy) => {
      const seen = await everyPage(clinicId, { orderBy, first: 3 });
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => known.has(id))).toEqual(expected(atStart, {}, orderBy));
    });
    await Promise.all([inserts, ...walks]);
  });

  it('finds a customer by its name and metadata in the very next statement after its insert', async () => {
    const clinicId = randomUUID();
    await store(database.dataSource, variedRows(clinicId, 1_500));
    for (let n = 0; n < 50; n += 1) {
      const row = newRow(clinicId, `Näxt ${randomUUID()}`, { mark: randomUUID() });
      await store(database.dataSource, [row]);
      const filters = [{ nameContains: row.expressCustomerName! }, { metadata: row.metadata! }];
      for (const filter of filters) {
        // The oldest first: the new row is the last that a walk would come to, so the search index must know it.
        const { rows } = await page(clinicId, { filter, orderBy: CREATED_AT_ASC });
        expect(idsOf(rows)).toEqual([row.expressCustomerId]);
      }
    }
  });
});
