import { startService, type Clinic, type Service } from '../../support/service.js';
import { sendRaw } from '../../support/clients/raw-http.js';

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('embedded');
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

const MB = 1_048_576;

/** Refusals that come before the body has been read. */
const REFUSALS: [what: string, path: string, token: () => string, status: number][] = [
  ['a body that is too large', '/graphql', () => clinic.token, 413],
  ['a body that is too large', '/v1/express', () => clinic.token, 413],
  ['a missing credential', '/graphql', () => 'none', 401],
  ['an unknown path', '/nothing', () => clinic.token, 404],
  ['another method', '/livez', () => clinic.token, 405],
];

describe.each(REFUSALS)('the answer to %s at %s', (_what, path, token, status) => {
  it.each([5, 20])('reaches fetch while it still sends %d MB', async (size) => {
    for (let call = 0; call < 5; call += 1) {
      const answer = await service.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token()}` },
        body: Buffer.alloc(size * MB, 'a'),
      });
      expect(answer.status).toBe(status);
      expect(answer.text).toContain('requestId');
    }
  });

  it.each([
    ['with its length', false, ''],
    ['with its length, by a client that wants the connection closed', false, 'connection: close\r\n'],
    ['in chunks', true, ''],
  ])('reaches a socket that sends 20 MB %s before it reads', async (_how, isChunked, line) => {
    const body = 'a'.repeat(20 * MB);
    const framing = isChunked ? 'transfer-encoding: chunked' : `content-length: ${body.length}`;
    const head = `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nauthorization: Bearer ${token()}`;
    const bytes = isChunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
    const [answer] = await sendRaw(service.url, `${head}\r\n${line}${framing}\r\n\r\n${bytes}`, 1);
    expect(answer!.status).toBe(status);
  });
});

it.each([
  ['HTTP/1.1', ''],
  ['HTTP/1.0', 'connection: keep-alive\r\n'],
])('keeps a connection of %s open after requests with a body', async (version, line) => {
  const body = '{"query":"{ __typename }"}';
  const head = `POST /graphql ${version}\r\nhost: a\r\ncontent-type: application/json\r\n${line}`;
  const request = `${head}authorization: Bearer ${clinic.token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const answers = await sendRaw(service.url, request.repeat(2), 2);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

it('leaves the connection usable once the refused body has been read', async () => {
  const body = 'a'.repeat(5 * MB);
  const head = `host: a\r\ncontent-type: application/json\r\nauthorization: Bearer ${clinic.token}`;
  const refused = `POST /graphql HTTP/1.1\r\n${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const answers = await sendRaw(service.url, `${refused}GET /livez HTTP/1.1\r\nhost: a\r\n\r\n`, 2);
  expect(answers.map(({ status }) => status)).toEqual([413, 200]);
});
