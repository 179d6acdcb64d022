import type { FastifyRequest } from 'fastify';

/** One operation as a client sends it. */
export interface GraphQLCall {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
  isGet: boolean;
}

const MEMBERS = new Set(['query', 'variables', 'operationName', 'extensions']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasOnlyMembers = (names: readonly string[]): boolean => names.every((name) => MEMBERS.has(name));

// Persisted operations are the one extension that asks for something; what a client says of itself changes no answer.
const asksNothing = (extensions: unknown): boolean =>
  extensions === null || (isObject(extensions) && !Object.hasOwn(extensions, 'persistedQuery'));

function toCall(members: Record<string, unknown>, isGet: boolean): GraphQLCall | null {
  const { query, variables = null, operationName = null, extensions = null } = members;
  if (typeof query !== 'string' || (variables !== null && !isObject(variables))) return null;
  if ((operationName !== null && typeof operationName !== 'string') || !asksNothing(extensions)) return null;
  // An empty name is as good as none (GraphQL over HTTP).
  return { query, variables: variables ?? {}, operationName: operationName || undefined, isGet };
}

const readPost = ({ body }: FastifyRequest): GraphQLCall | null =>
  isObject(body) && hasOnlyMembers(Object.keys(body)) ? toCall(body, false) : null;

function parseObject(text: string | null): unknown {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    // Apollo refuses null and lists here; so they are no call.
    return isObject(value) ? value : text;
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

/** The call of a request that asks for nothing but one operation; null where Apollo Server has to look closer. */
export function readCall(request: FastifyRequest): GraphQLCall | null {
  if (request.method === 'POST') return readPost(request);
  return request.method === 'GET' ? readGet(request) : null;
}
