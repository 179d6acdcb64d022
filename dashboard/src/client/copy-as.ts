import type { SentCall } from './observe-calls.js';

/** What stands where the key belongs: what is copied may be sent to somebody. */
export const KEY_PLACEHOLDER = '<your API key>';

// Inside single quotes a shell reads everything but the quote itself as it is.
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The document and its variables, for an explorer. */
export const asGraphQL = ({ document, variables }: SentCall): string =>
  `${document}\n\n# Variables:\n${JSON.stringify(variables, null, 2).replaceAll(/^/gm, '# ')}\n`;

/** A command that makes the same call from a shell. */
export function asCurl({ document, variables }: SentCall, origin: string): string {
  const body = JSON.stringify({ query: document, variables }, null, 2);
  return [
    `curl ${quote(`${origin}/graphql`)}`,
    `-H 'content-type: application/json'`,
    `-H 'authorization: Bearer ${KEY_PLACEHOLDER}'`,
    `-d ${quote(body)}`,
  ].join(' \\\n  ');
}
