import { addTypenameToDocument } from '@apollo/client/utilities';
import { parse, print } from 'graphql';

/**
 * What is measured, asked as real clients ask: `create`, `get`, `list` and `page` as Apollo Client 4 sends them, `entities` as
 * a router sends a batch of 100 representations. `list` is the first page, the same for every caller; `page` is one after a
 * cursor, a different one for every call.
 */
export const OPERATIONS = ['create', 'get', 'list', 'page', 'entities'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The same operations with nothing but query and variables, as `curl` sends them. */
export const PLAIN_CASES = ['create, plain', 'get, plain', 'list, plain', 'page, plain'] as const;

export const CASES = [...OPERATIONS, ...PLAIN_CASES] as const;
export type Case = (typeof CASES)[number];

export const isPlain = (name: Case): boolean => name.endsWith(', plain');

export const operationOf = (name: Case): Operation => name.split(',', 1)[0] as Operation;

/** Representations in a router's batch. */
export const BATCH_SIZE = 100;

/** One HTTP call of a target. */
export interface Call {
  method: 'POST' | 'GET';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

const post = (body: object, headers?: Record<string, string>): Call => ({
  method: 'POST',
  path: '/graphql',
  body: JSON.stringify(body),
  ...(headers && { headers }),
});

const asSent = new Map<string, string>();

/** A document as Apollo Client sends it: with `__typename` in every selection but the outermost. */
function addTypenames(document: string): string {
  let sent = asSent.get(document);
  if (sent === undefined) asSent.set(document, (sent = print(addTypenameToDocument(parse(document)))));
  return sent;
}

const CLIENT_ACCEPT = 'application/graphql-response+json,application/json;q=0.9';
const ROUTER_ACCEPT =
  'application/json, application/graphql-response+json, multipart/mixed;boundary="graphql";deferSpec=20220824';

const nameOf = (document: string): string | undefined => /(?:query|mutation) (\w+)/.exec(document)?.[1];

/** A GraphQL call in the form of the case. */
export function graphqlCall(name: Case, query: string, variables: object): Call {
  if (isPlain(name)) return post({ query, variables });
  const operationName = nameOf(query);
  if (name === 'entities') return post({ query, operationName, variables }, { accept: ROUTER_ACCEPT });
  const extensions = { clientLibrary: { name: '@apollo/client', version: '4.3.8' } };
  return post({ operationName, variables, extensions, query: addTypenames(query) }, { accept: CLIENT_ACCEPT });
}
