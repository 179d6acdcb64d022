import { ExpressCustomerOrder } from '../../src/customer/model/customer-list.js';
import * as useCases from '../../src/customer/use-cases/index.js';
import { expressApiKeys } from '../../src/identity/use-cases/index.js';
import { cursorScope } from '../../src/shared/cursor.js';
import { onEachEngine } from '../support/engines.js';
import { newUserId, openWorld, outcomes, type Caller, type World } from '../support/world.js';

const TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  '1e9',
  '999999999',
  '2147483648',
  '9'.repeat(40),
  'NaN',
  'infinity',
  '-infinity',
  'now',
  'epoch',
  '0000-01-01T00:00:00.000Z',
  '0001-01-01T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '2024-02-30T00:00:00.000Z',
  '2024-01-01T24:00:00.000Z',
  '+294276-12-31T23:59:59.999Z',
  '2024-01-01T00:00:00.000+01:00',
  'cus_',
  `cus_${'f'.repeat(32)}`,
  'a\0b',
  '\ud800',
  '\udc00x',
  '\u{10ffff}',
  '\uffff',
  '%_\\',
  "'); --",
  '{}',
  '𝄞'.repeat(300),
  'Z'.repeat(3_000),
];
const OTHERS: unknown[] = [null, true, 0, -1, 1e300, 1.5, [], {}, [['a']], { toString: 1 }];

const encode = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

/** Cursors of a right scope whose sort keys nobody made: each odd value in each place, and contents of another shape. */
function craft(scope: string, keys: string[]): string[] {
  const odd = [...TEXTS, ...OTHERS].flatMap((value) =>
    keys.map((_, at) => [scope, ...keys.map((key, n) => (n === at ? value : key))]),
  );
  const misshapen = [
    scope,
    [scope],
    [scope, ...keys, ...keys],
    [keys, scope],
    { 0: scope, 1: keys[0], length: 2 },
    null,
    [[scope], ...keys],
  ];
  return [...odd, ...misshapen].map(encode);
}

onEachEngine((engine) => {
  let world: World;
  let caller: Caller;
  let expressCustomerId: string;
  const userId = newUserId();
  beforeAll(async () => {
    world = await openWorld(engine);
    caller = world.newCaller();
    ({ expressCustomerId } = await useCases.createExpressCustomer(caller, { expressCustomerName: 'Crafted' }));
    await useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId });
  });
  afterAll(() => world.close());

  const scopeOf = (...parts: unknown[]) => cursorScope(caller.actor.clinicId, ...parts);
  const listIn = (orderBy: ExpressCustomerOrder) => ({
    scope: () => scopeOf('expressCustomers', orderBy, '{}'),
    find: (after: string) => useCases.expressCustomers(caller, { first: 2, after, orderBy }),
  });

  it.each([
    ['customers by creation', ['cus_1'], listIn(ExpressCustomerOrder.CREATED_AT_DESC)],
    ['customers by name', ['name', 'cus_1'], listIn(ExpressCustomerOrder.NAME_ASC)],
    [
      'customers by their last change',
      ['2030-01-31T12:00:00.000Z', 'cus_1'],
      listIn(ExpressCustomerOrder.UPDATED_AT_DESC),
    ],
    [
      'users of a customer',
      ['2030-01-31T12:00:00.000Z', 'usr_1'],
      {
        scope: () => scopeOf('users', expressCustomerId),
        find: (after: string) => useCases.expressCustomerUsers(caller, expressCustomerId, { first: 2, after }),
      },
    ],
    [
      'events of a customer',
      ['1'],
      {
        scope: () => scopeOf('events', expressCustomerId),
        find: (after: string) => useCases.expressCustomerHistory(caller, expressCustomerId, { first: 2, after }),
      },
    ],
    [
      'events of the clinic',
      ['1'],
      {
        scope: () => 'expressCustomerEvents',
        find: (after: string) => useCases.expressCustomerEvents(caller, { first: 2, after }),
      },
    ],
    [
      'API keys of the clinic',
      ['2030-01-31T12:00:00.000Z', '00000000-0000-4000-8000-000000000000'],
      { scope: () => scopeOf('apiKeys'), find: (after: string) => expressApiKeys(caller, { first: 2, after }) },
    ],
    [
      'customers of a user',
      ['cus_1'],
      {
        scope: () => scopeOf('userExpressCustomers', userId),
        find: (after: string) => useCases.userExpressCustomers(caller, userId, { first: 2, after }),
      },
    ],
  ])(
    'a crafted cursor of the %s pages on or is bad input, whatever it holds',
    async (_title, keys, { scope, find }) => {
      expect(await outcomes([find(encode([scope(), ...keys]))])).toEqual({ OK: 1 });
      const tally = await outcomes(craft(scope(), keys).map((cursor): Promise<unknown> => find(cursor)));
      expect(Object.keys(tally).filter((code) => code !== 'OK')).toEqual(['BAD_USER_INPUT']);
    },
  );
});
