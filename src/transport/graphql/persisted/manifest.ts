import { readFileSync } from 'node:fs';
import { isPlainObject } from '../../../shared/is-plain-object.js';
import { OperatorError } from '../../../shared/operator-error.js';

/** A manifest of TRUSTED_DOCUMENTS, or a document in it, cannot be used. */
export class TrustedDocumentsError extends OperatorError {}

/** A document as a manifest lists it. */
export interface ManifestEntry {
  /** How clients name it: mostly the hash of its text. */
  id: string;
  text: string;
  file: string;
}

const APOLLO_FORMAT = 'apollo-persisted-query-manifest';

type Entry = [id: unknown, text: unknown];

// What @apollo/generate-persisted-query-manifest writes: { format, version: 1, operations: [{ id, name, type, body }] }.
function readApolloManifest({ version, operations }: Record<string, unknown>): Entry[] | null {
  if (version !== 1 || !Array.isArray(operations)) return null;
  return operations.map((operation) => (isPlainObject(operation) ? [operation.id, operation.body] : [null, null]));
}

function readEntries(content: unknown): Entry[] | null {
  if (!isPlainObject(content)) return null;
  // All others, graphql-codegen's client preset and relay-compiler among them: { "id": "text" }.
  return content.format === APOLLO_FORMAT ? readApolloManifest(content) : Object.entries(content);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new TrustedDocumentsError(`${file} (TRUSTED_DOCUMENTS) cannot be opened. (${message})`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TrustedDocumentsError(`${file} (TRUSTED_DOCUMENTS) is not JSON.`, { cause: error });
  }
}

/**
 * Reads a manifest of documents, in the format of `@apollo/generate-persisted-query-manifest` or as an object from id to text,
 * which graphql-codegen's client preset and relay-compiler write.
 * @throws TrustedDocumentsError where it cannot be read or has another format.
 */
export function readManifest(file: string): ManifestEntry[] {
  const entries = readEntries(readJson(file)) ?? [];
  const isReadable = entries.length > 0 && entries.every(([id, text]) => isText(id) && isText(text));
  if (!isReadable)
    throw new TrustedDocumentsError(
      `${file} (TRUSTED_DOCUMENTS) is not a manifest with documents. Generate it with @apollo/generate-persisted-query-manifest, ` +
        "or with graphql-codegen's client preset and `persistedDocuments`.",
    );
  return entries.map(([id, text]) => ({ id: id as string, text: text as string, file }));
}
