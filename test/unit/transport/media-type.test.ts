import { chooseAnswerType, readAccept } from '../../../src/transport/media-type.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8';

describe('what an Accept header asks for', () => {
  it.each<[string | undefined, string | null]>([
    [undefined, JSON_TYPE],
    ['', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['APPLICATION/JSON', JSON_TYPE],
    ['application/graphql-response+json', RESPONSE_TYPE],
    ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', RESPONSE_TYPE],
    ['application/graphql-response+json,application/json;q=0.9', RESPONSE_TYPE],
    ['application/json;q=0.9,application/graphql-response+json', RESPONSE_TYPE],
    ['application/graphql-response+json;q=0.4, application/json;q=0.5', JSON_TYPE],
    ['application/json;q=0, */*', RESPONSE_TYPE],
    ['text/html, */*;q=0.1', JSON_TYPE],
    ['text/html', null],
    ['application/json;q=0', null],
    ['nonsense', null],
  ])('%p is answered with %p', (accept, answerType) => {
    expect(readAccept(accept).answerType).toBe(answerType);
    // The second time it is remembered.
    expect(readAccept(accept).answerType).toBe(answerType);
  });

  it('is JSON for an error where the header allows nothing', () => {
    expect(chooseAnswerType('image/png')).toBe(JSON_TYPE);
  });

  it('is remembered by its text, of few headers and none that is long, however many callers send', () => {
    const first = readAccept('application/json;q=0.7');
    expect(readAccept('application/json;q=0.7')).toBe(first);
    for (let at = 0; at < 1_000; at += 1) readAccept(`application/json;v=${at}`);
    expect(readAccept('application/json;q=0.7')).not.toBe(first);
    const long = `application/json;x=${'y'.repeat(500)}`;
    expect(readAccept(long)).not.toBe(readAccept(long));
  });
});
