import { hash } from 'node:crypto';
import { badUserInput, type AppError } from './app-error.js';
import { parseInstant } from './instant.js';
import { isStorable } from './text.js';

const MAX_CURSOR_LENGTH = 5_000;

/** The error of a cursor that this list did not make. */
export const invalidCursor = (): AppError =>
  badUserInput([
    {
      path: ['after'],
      code: 'INVALID',
      message: 'Not a cursor of this list: pass an endCursor of the same filter and order.',
    },
  ]);

/**
 * Computes what a keyset cursor belongs to: a digest of its clinic, list, filter and order. A cursor contains it, so that one
 * of another list is rejected instead of continuing from a wrong row.
 */
export function cursorScope(...parts: unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 11);
}

/** Encodes the sort keys of a page's last row as an opaque base64url text. */
export function encodeCursor(scope: string, keys: string[]): string {
  return Buffer.from(JSON.stringify([scope, ...keys])).toString('base64url');
}

/**
 * Decodes the sort keys of the row that a cursor names.
 * @throws AppError BAD_USER_INPUT when it is not a cursor of this scope.
 */
export function decodeCursor(scope: string, cursor: string, keyCount: number): string[] {
  const content = parse(cursor);
  if (!Array.isArray(content) || content.length !== keyCount + 1) throw invalidCursor();
  const [cursorOf, ...keys] = content as unknown[];
  if (cursorOf !== scope || !keys.every(isStorableText)) throw invalidCursor();
  // Base64 decoding ignores stray characters; a cursor has exactly one spelling.
  if (encodeCursor(scope, keys) !== cursor) throw invalidCursor();
  return keys;
}

/** A sort key that is a time. @throws AppError BAD_USER_INPUT for any other text. */
export function requireInstant(key: string): string {
  if (parseInstant(key)?.toISOString() !== key) throw invalidCursor();
  return key;
}

const isStorableText = (key: unknown): key is string => typeof key === 'string' && isStorable(key);

function parse(cursor: string): unknown {
  if (cursor.length > MAX_CURSOR_LENGTH) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
