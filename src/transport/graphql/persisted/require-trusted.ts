import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyRequest, preHandlerHookHandler } from 'fastify';
import { AppError } from '../../../shared/app-error.js';
import { isPlainObject } from '../../../shared/is-plain-object.js';
import type { HttpRequestContext } from '../../context.js';
import { prefersPage } from '../../media-type.js';
import { PATHS } from '../../paths.js';
import type { TrustedDocuments } from './trusted-documents.js';

const notTrusted = (): AppError =>
  new AppError(
    'OPERATION_NOT_TRUSTED',
    'Only trusted documents run here: send one that the operator registered, or its id.',
  );

/** How a request names its document. */
interface NamedDocument {
  text: unknown;
  id: unknown;
}

function readNames(query: unknown, extensions: unknown): NamedDocument {
  const persisted = isPlainObject(extensions) ? extensions.persistedQuery : undefined;
  return { text: query, id: isPlainObject(persisted) ? persisted.sha256Hash : undefined };
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

function readDocument({ method, url, body }: FastifyRequest): NamedDocument {
  if (method !== 'GET') return isPlainObject(body) ? readNames(body.query, body.extensions) : readNames(null, null);
  const start = url.indexOf('?');
  const search = new URLSearchParams(start < 0 ? '' : url.slice(start));
  return readNames(search.get('query'), parseJson(search.get('extensions')));
}

type Source = { referer: string | undefined; host: string | undefined };

// Any program can say so: it holds only where these pages are served, which is never in production.
function isFromExplorer({ referer, host }: Source): boolean {
  if (referer === undefined || !URL.canParse(referer)) return false;
  const page = new URL(referer);
  return page.host === host && (page.pathname === PATHS.explorer || page.pathname === PATHS.graphql);
}

function mayRun(trusted: TrustedDocuments, { text, id }: NamedDocument): boolean {
  if (typeof text === 'string') return trusted.admits(text);
  // Without a document Apollo Server refuses the request and says why.
  if (text !== null && text !== undefined) return true;
  if (id === undefined || trusted.allowsFederation) return true;
  return typeof id === 'string' && trusted.find(id) !== undefined;
}

/**
 * Makes a route hook that refuses what is not trusted before it is parsed, where only trusted documents run. The explorer and
 * Apollo Sandbox are excepted where they are served.
 */
export const requireTrusted =
  (trusted: TrustedDocuments, hasExplorers: boolean): preHandlerHookHandler =>
  (request, _reply, next) => {
    const isAllowed =
      !trusted.isRequired ||
      (hasExplorers && (prefersPage(request) || isFromExplorer(request.headers as Source))) ||
      mayRun(trusted, readDocument(request));
    next(isAllowed ? undefined : notTrusted());
  };

/** Refuses a document that Apollo Server is about to run and that is not trusted, whatever way it took there. */
export const trustPlugin = (
  trusted: TrustedDocuments,
  hasExplorers: boolean,
): ApolloServerPlugin<HttpRequestContext> => ({
  requestDidStart: async ({ request: { http } }) => ({
    didResolveOperation: async ({ source }) => {
      const from = { referer: http?.headers.get('referer'), host: http?.headers.get('host') };
      if (!trusted.admits(source) && !(hasExplorers && isFromExplorer(from))) throw notTrusted();
    },
  }),
});
