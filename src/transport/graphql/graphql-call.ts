import type { FastifyRequest } from 'fastify';
import { isPlainObject } from '../../shared/is-plain-object.js';

/** One operation as a client sends it. */
export interface GraphQLCall {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
  isGet: boolean;
}

const MEMBERS = new Set(['query', 'variables', 'operationName', 'extensions']);

const hasOnlyMembers = (names: readonly string[]): boolean => names.every((name) => MEMBERS.has(name));

// Persisted queries are the only extension that requests something; client awareness changes no answer.
const isInformational = (extensions: unknown): boolean =>
  extensions === null || (isPlainObject(extensions) && !Object.hasOwn(extensions, 'persistedQuery'));

function toCall(members: Record<string, unknown>, isGet: boolean): GraphQLCall | null {
  const { query, variables = null, operationName = null, extensions = null } = members;
  if (typeof query !== 'string' || (variables !== null && !isPlainObject(variables))) return null;
  if ((operationName !== null && typeof operationName !== 'string') || !isInformational(extensions)) return null;
  // GraphQL over HTTP: an empty name equals none.
  return { query, variables: variables ?? {}, operationName: operationName || undefined, isGet };
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
  if (start < 0 || url.includes('#') || headers['content-type'] !== undefined) return null;
  const search = new URLSearchParams(url.slice(start));
  const names = [...search.keys()];
  if (new Set(names).size < names.length || !hasOnlyMembers(names)) return null;
  const [query, operationName] = [search.get('query'), search.get('operationName')];
  const [variables, extensions] = [parseObject(search.get('variables')), parseObject(search.get('extensions'))];
  return toCall({ query, operationName, variables, extensions }, true);
}

/** Reads a request that is exactly one operation; null for any other, which is left to Apollo Server. */
export function readCall(request: FastifyRequest): GraphQLCall | null {
  if (request.method === 'POST') return readPost(request);
  return request.method === 'GET' ? readGet(request) : null;
}
