/** Our message for each reason for which Apollo Server rejects a request before its document. The first match is taken. */
const CAUSES: [RegExp, string][] = [
  [/Cross-Site Request Forgery/, 'A GET needs the Authorization header; a POST needs content-type: application/json.'],
  [/^GET requests only support query/, 'GET runs queries only. Send a mutation by POST.'],
  [/content-type header other than/, 'A GET has no content-type, or application/json.'],
  [/only GET\/POST requests/, 'Send operations by GET or POST.'],
  [/batching/i, 'Batches of operations are not supported: send one operation per request.'],
  [/search parameter may only be specified once/, 'Each search parameter can be given only once.'],
  [/search parameter/, '`variables` and `extensions` in the URL must be JSON objects.'],
  [
    /^`(variables|extensions|operationName)`/,
    '`variables` and `extensions` must be objects, `operationName` a string.',
  ],
  [/must be strings/, '`query` must be a string: the text of a GraphQL document.'],
  [/non-empty `query`/, '`query` is missing: send the text of a GraphQL document, or its hash as `persistedQuery`.'],
  [/^provided sha/, "`sha256Hash` must be the SHA-256 hash of the document's text in lower-case hex."],
  [/^Unsupported persisted query/, '`persistedQuery` must have `version` 1 and the `sha256Hash` of the document.'],
];

/** The message for any other request that is not a GraphQL request. */
export const NO_GRAPHQL_REQUEST =
  'Not a GraphQL request: POST a JSON object with `query` and `variables`, content-type application/json.';

/** Explains why a request is rejected before its document is read, without repeating any of it. */
export const explainBadRequest = (message: string): string =>
  CAUSES.find(([pattern]) => pattern.test(message))?.[1] ?? NO_GRAPHQL_REQUEST;

/** The body of a 406; nothing has run. */
export const NOT_ACCEPTABLE = {
  errors: [
    {
      message: 'The Accept header must allow application/json or application/graphql-response+json.',
      extensions: { code: 'BAD_REQUEST' },
    },
  ],
};
