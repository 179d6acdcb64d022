import type { FastifyRequest } from 'fastify';
import { isPlainObject } from '../../shared/is-plain-object.js';

/** One operation as a client sends it. */
export interface GraphQLCall {
  /** Undefined: the document is named by its hash alone. */
  query: string | undefined;
  /** The hash by which the document is persisted; undefined where the client does not persist it. */
  hash: string | undefined;
  variables: Record<string, unknown>;
  operationName: string | undefined;
  isGet: boolean;
}

// Some clients also send the document's id in a store of their own, which Apollo Server ignores too.
const MEMBERS = new Set(['query', 'variables', 'operationName', 'extensions', 'id']);

const JSON_TYPE = 'application/json';

const hasOnlyMembers = (names: readonly string[]): boolean => names.every((name) => MEMBERS.has(name));

const NOT_PERSISTED = { hash: undefined };

// Persisted queries are the only extension that requests something; client awareness changes no answer.
function readHash(extensions: unknown): Pick<GraphQLCall, 'hash'> | null {
  if (extensions === null) return NOT_PERSISTED;
  if (!isPlainObject(extensions)) return null;
  if (!Object.hasOwn(extensions, 'persistedQuery')) return NOT_PERSISTED;
  const { persistedQuery } = extensions;
  if (!isPlainObject(persistedQuery) || persistedQuery.version !== 1) return null;
  const { sha256Hash: hash } = persistedQuery;
  return typeof hash === 'string' ? { hash } : null;
}

function toCall(members: Record<string, unknown>, isGet: boolean): GraphQLCall | null {
  const { query = null, variables = null, operationName = null, extensions = null } = members;
  if ((query !== null && typeof query !== 'string') || (variables !== null && !isPlainObject(variables))) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  const persisted = readHash(extensions);
  if (!persisted || (query === null && persisted.hash === undefined)) return null;
  return {
    query: query ?? undefined,
    hash: persisted.hash,
    variables: variables ?? {},
    // GraphQL over HTTP: an empty name equals none.
    operationName: operationName || undefined,
    isGet,
  };
}

const readPost = ({ body }: FastifyRequest): GraphQLCall | null =>
  isPlainObject(body) && hasOnlyMembers(Object.keys(body)) ? toCall(body, false) : null;

/** Parses a search parameter that holds a JSON object; any other text is returned as it is. */
export function parseObject(text: string | null): unknown {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    // Apollo rejects null and lists here, so they are left to it.
    return isPlainObject(value) ? value : text;
  } catch {
    return text;
  }
}

function readGet({ url, headers }: FastifyRequest): GraphQLCall | null {
  const start = url.indexOf('?');
  // Apollo Client names the type of a body also where there is none.
  const { 'content-type': type = JSON_TYPE } = headers;
  if (start < 0 || url.includes('#') || type !== JSON_TYPE) return null;
  const search = new URLSearchParams(url.slice(start));
  const names = [...search.keys()];
  if (new Set(names).size < names.length || !hasOnlyMembers(names)) return null;
  const [query, operationName] = [search.get('query'), search.get('operationName')];
  const [variables, extensions] = [parseObject(search.get('variables')), parseObject(search.get('extensions'))];
  return toCall({ query, operationName, variables, extensions }, true);
}

const EMPTY_PARAMETER = /(?<=[?&])(?:variables|extensions)=(?:&|$)/g;

/** Leaves empty `variables` and `extensions` out of a GET's URL: forms send them so, and Apollo Server takes them for malformed JSON. */
export function dropEmptyParameters({ method, raw }: FastifyRequest): void {
  if (method === 'GET') raw.url = raw.url!.replace(EMPTY_PARAMETER, '');
}

/** Reads a request that is exactly one operation; null for any other, which is left to Apollo Server. */
export function readCall(request: FastifyRequest): GraphQLCall | null {
  if (request.method === 'POST') return readPost(request);
  return request.method === 'GET' ? readGet(request) : null;
}
