import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { parse, print } from 'graphql';
import { asCurl, asGraphQL } from '../../../dashboard/src/client/copy-as.js';

const CALL = {
  name: 'A',
  document: 'query A($name: String) {\n  a(name: $name)\n}',
  variables: { name: `it's "quoted" $HOME \`ls\` \\ \n ü` },
};

it('curl, run by a shell, sends the very document and variables, and no key', async () => {
  let received: { body: string; headers: Record<string, unknown> } | undefined;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received = { body, headers: request.headers };
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await promisify(execFile)('sh', ['-c', asCurl(CALL, origin)]);
  server.close();
  expect(JSON.parse(received!.body)).toEqual({ query: CALL.document, variables: CALL.variables });
  expect(received!.headers).toMatchObject({
    authorization: 'Bearer <your API key>',
    'content-type': 'application/json',
  });
});

it('GraphQL is the document, with its variables as a comment', () => {
  const copied = asGraphQL(CALL);
  expect(print(parse(copied))).toBe(CALL.document);
  expect(copied).toContain('#   "name": "it\'s');
});
