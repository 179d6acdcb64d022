import { returnPathOf } from '../../../dashboard/src/sign-in/return-path.js';

const ORIGIN = 'https://express.example.org';

it.each(['/customers', '/customers/new', `/customers/cus_${'0'.repeat(32)}`, '/customers?search=a+b'])(
  'a sign-in returns to %s, from where it began',
  (returnTo) => expect(returnPathOf({ returnTo }, ORIGIN)).toBe(returnTo),
);

it.each([
  'https://evil.example/customers',
  '//evil.example/customers',
  String.raw`\\evil.example\customers`,
  'javascript:alert(1)//customers',
  'https://express.example.org@evil.example/customers',
  'https://express.example.org.evil.example/customers',
  '/graphql',
  '/customers/../graphql',
  '/customersx',
  'https://[',
  '',
  7,
  undefined,
])('a sign-in returns to the customers, and not to %p', (returnTo) =>
  expect(returnPathOf({ returnTo }, ORIGIN)).toBe('/customers'),
);

it.each([undefined, null, 'text'])('a sign-in that kept %p returns to the customers', (kept) =>
  expect(returnPathOf(kept, ORIGIN)).toBe('/customers'),
);
