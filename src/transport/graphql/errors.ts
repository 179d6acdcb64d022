import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError } from '../../shared/app-error.js';
import { toAppError } from '../errors.js';
import { explainBadRequest, NO_GRAPHQL_REQUEST } from './bad-request.js';

type Extensions = Record<string, unknown> & { code: string };

/**
 * What graphql-js reports of an invalid document, without the words that it repeats of the document; `locations` show the place.
 * The order matters: the first that fits is taken.
 */
const VALIDATION_MESSAGES: [RegExp, string][] = [
  [/^Cannot query field/, 'Unknown field.'],
  [/^Unknown argument/, 'Unknown argument.'],
  [/^Unknown type/, 'Unknown type.'],
  [/^Unknown directive/, 'Unknown directive.'],
  [/^Unknown fragment/, 'Unknown fragment.'],
  [/is not defined by type/, 'Unknown input field.'],
  [
    /of required type .* was not provided|is required, but it was not provided/,
    'A required argument or input field is missing.',
  ],
  [/must have a selection of subfields/, 'A field of an object type needs a selection.'],
  [/must not have a selection/, 'A field without subfields has a selection.'],
  [/^Variable .* is not defined/, 'A variable is used that the operation does not define.'],
  [/^Variable .* is never used/, 'A variable is defined and never used.'],
  [/^Fragment .* is never used/, 'A fragment is defined and never used.'],
  [/^Cannot spread fragment/, 'A fragment spreads itself.'],
  [/^Fields .* conflict/, 'Two selections of one name conflict; use an alias.'],
  [/^GraphQL introspection/, 'Introspection is off.'],
  [/^Schema is not configured to execute/, 'There are no operations of this kind.'],
  [/^The document holds more than one operation/, 'Send one operation at a time.'],
];

/** The messages for requests that are no operation of this schema, by Apollo Server's code. */
export const PROTOCOL_MESSAGES: Record<string, string> = {
  GRAPHQL_PARSE_FAILED: 'The document is not valid GraphQL.',
  OPERATION_RESOLUTION_FAILURE: 'The document has no such operation: name one that it contains.',
  // Clients recognise this message as well as its code; then they send the document with its hash.
  PERSISTED_QUERY_NOT_FOUND: 'PersistedQueryNotFound',
  BAD_REQUEST: NO_GRAPHQL_REQUEST,
  BAD_USER_INPUT: 'An argument does not have the type that the schema requires.',
};

function validationMessage(message: string): string {
  return VALIDATION_MESSAGES.find(([pattern]) => pattern.test(message))?.[1] ?? 'The document does not fit the schema.';
}

function protocolError(formatted: GraphQLFormattedError, code: string): GraphQLFormattedError | null {
  const { locations, path, message } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  if (/^Syntax Error: Document contains more th/.test(message)) {
    const limit = Number(/(\d+) tokens/.exec(message)?.[1]);
    return {
      message: 'The document exceeds the limit of tokens.',
      ...place,
      extensions: { code: 'QUERY_TOO_COMPLEX', limit },
    };
  }
  // A variable's null where the argument takes none: graphql-js finds out at the field.
  if (/^Argument "/.test(message)) code = 'BAD_USER_INPUT';
  if (/^(provided sha|Unsupported persisted query)/.test(message)) code = 'BAD_REQUEST';
  if (/^Schema is not configured to execute/.test(message)) code = 'GRAPHQL_VALIDATION_FAILED';
  if (code === 'GRAPHQL_VALIDATION_FAILED')
    return { message: validationMessage(message), ...place, extensions: { code } };
  const known = code === 'BAD_REQUEST' ? explainBadRequest(message) : PROTOCOL_MESSAGES[code];
  return known === undefined ? null : { message: known, ...place, extensions: { code } };
}

// A resolver's error has a path; a limit's has none.
function originalOf(error: unknown): unknown {
  const isLimit = error instanceof GraphQLError && error.originalError instanceof AppError;
  return isLimit ? error.originalError : unwrapResolverError(error);
}

/**
 * Turns any error into the answer's form. graphql-js quotes the document and the variables in its messages, so none of
 * its texts is passed on; an unexpected error becomes INTERNAL_SERVER_ERROR with nothing else.
 */
export function formatGraphQLError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = originalOf(error);
  const code = (formatted.extensions as Extensions | undefined)?.code ?? '';
  if (!(original instanceof AppError)) {
    const protocol = protocolError(formatted, code);
    if (protocol) return protocol;
  }
  const { code: appCode, message, details } = toAppError(original);
  return {
    message,
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
    extensions: { code: appCode, ...details },
  };
}
