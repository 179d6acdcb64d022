import { hasMoreCommas } from '../../../src/transport/http/count-values.js';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

it('counts what separates the members of objects and the items of lists, however deep', () => {
  const json = bytes({ a: [1, 2, { b: 3, c: [4] }], d: 5 });
  expect([3, 4].map((most) => hasMoreCommas(json, most))).toEqual([true, false]);
});

it.each([',,,', '",",', '\\",,', '\\\\', 'é,ü,🏥,'])('counts no comma of a text such as %j', (text) => {
  const json = bytes({ [text]: text, b: [text, text] });
  expect([1, 2].map((most) => hasMoreCommas(json, most))).toEqual([true, false]);
});
