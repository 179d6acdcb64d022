import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromBase62, toBase62 } from '../shared/base62.js';

const BYTES = 32;
const WIDTH = 43;
const CHECKSUM_WIDTH = 6;
const TOKEN = new RegExp(`^avk_([0-9A-Za-z]{${WIDTH}})_([0-9A-Za-z]{${WIDTH}})([0-9A-Za-z]{${CHECKSUM_WIDTH}})$`);

/** What a token says: whose key it claims to be (public), and the secret that must prove it. */
export interface ApiKeyToken {
  clinicId: string;
  apiKeyId: string;
  secret: string;
}

const hexOf = (uuid: string): string => uuid.replaceAll('-', '');
const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

function checksum(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return toBase62(bytes, CHECKSUM_WIDTH);
}

/** 256 random bits in the token's alphabet. */
export const newSecret = (): string => toBase62(randomBytes(BYTES), WIDTH);

export const hashOfSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/**
 * Writes `avk_<clinic and key>_<secret><checksum>`: letters, digits and underscores, 97 characters. The prefix and the
 * checksum let secret scanners find it and tell a typo from a revoked key; the public part finds the row by its whole
 * primary key, so that no look-up crosses clinics.
 */
export function formatApiKeyToken({ clinicId, apiKeyId, secret }: ApiKeyToken): string {
  const publicPart = toBase62(Buffer.from(hexOf(clinicId) + hexOf(apiKeyId), 'hex'), WIDTH);
  const body = `avk_${publicPart}_${secret}`;
  return body + checksum(body);
}

/** Reads a token; null for what is not one, a mistyped one included. */
export function parseApiKeyToken(token: string): ApiKeyToken | null {
  const match = TOKEN.exec(token);
  if (!match || checksum(token.slice(0, -CHECKSUM_WIDTH)) !== match[3]) return null;
  const ids = fromBase62(match[1]!, BYTES);
  return ids && { clinicId: uuidOf(ids.subarray(0, 16)), apiKeyId: uuidOf(ids.subarray(16)), secret: match[2]! };
}
