import { JsonBytes, NotWritableError } from '../../../src/shared/json-bytes.js';

const out = new JsonBytes();

function written(write: (out: JsonBytes) => void): string | undefined {
  out.begin();
  write(out);
  return out.take();
}

describe('JSON that is written as bytes', () => {
  it.each(['', 'a', 'é', '東京', '😀', 'a😀é東', '\u007f\u0080\u07ff\u0800\uffff', '\u{10000}\u{10ffff}'])(
    'holds any characters: %j',
    (text) => {
      expect(written((to) => to.quoted(`-${text}-`, 1, text.length + 1))).toBe(JSON.stringify(text));
    },
  );

  it.each(['"', '\\', '\n', '\0', '\u001f'])('does not write as it is what JSON escapes: %j', (text) => {
    expect(() => written((to) => to.quoted(text, 0, text.length))).toThrow(NotWritableError);
  });

  it.each([
    ['{}', '{}'],
    ['{"a": "b", "c": "d"}', '{"a":"b","c":"d"}'],
    ['{"\\": ": "\\\\", ", ": " {", "é\\n": "\\"\\\\\\""}', '{"\\": ":"\\\\",", ":" {","é\\n":"\\"\\\\\\""}'],
    ['{"a": "1", "2": "b", "1": "c"}', '{"1":"c","2":"b","a":"1"}'],
    ['{"é": "1", "-1": "2", "01": "3", "__proto__": "4"}', '{"é":"1","-1":"2","01":"3","__proto__":"4"}'],
  ])('leaves out the spaces between the parts of an object, and orders its keys as JavaScript: %s', (given, wanted) => {
    expect(written((to) => to.compactObject(`x${given}x`, 1, given.length + 1))).toBe(wanted);
    expect(wanted).toBe(JSON.stringify(JSON.parse(given)));
  });

  it.each([
    ['2024-01-15 09:00:00+00', '2024-01-15T09:00:00.000Z'],
    ['2024-01-15 09:00:00.5+00', '2024-01-15T09:00:00.500Z'],
    ['2024-01-15 09:00:00.05+00', '2024-01-15T09:00:00.050Z'],
    ['0999-12-31 23:59:59.123+00', '0999-12-31T23:59:59.123Z'],
  ])('writes an instant as an answer has it: %s', (given, wanted) => {
    expect(written((to) => to.instant(given, 0, given.length))).toBe(JSON.stringify(wanted));
    expect(new Date(wanted).toISOString()).toBe(wanted);
  });

  it.each([
    '10000-01-01 00:00:00.12+00',
    '2024-01-15 09:00:00+01',
    '2024-01-15 09:00:00.1234+00',
    '0044-03-15 12:00:00+00 BC',
    'infinity',
  ])('does not write other instants: %s', (given) => {
    expect(() => written((to) => to.instant(given, 0, given.length))).toThrow(NotWritableError);
  });

  it('says that a text is too long, and goes on with the next', () => {
    const long = 'a'.repeat(600_000);
    expect(written((to) => to.json(long, 0, long.length))).toBeUndefined();
    expect(written((to) => to.json('[]', 0, 2))).toBe('[]');
  });
});
