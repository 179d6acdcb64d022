import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromBase62, toBase62 } from '../shared/base62.js';
import type { AuthenticationFailure } from './authentication-result.js';

/** How every key begins: distinguishes it from a dashboard token, and secret scanners find it. */
export const API_KEY_PREFIX = 'avk_';

const BYTES = 32;
const WIDTH = 43;
const CHECKSUM_WIDTH = 6;
const TOKEN = new RegExp(
  `^${API_KEY_PREFIX}([0-9A-Za-z]{${WIDTH}})_([0-9A-Za-z]{${WIDTH}})([0-9A-Za-z]{${CHECKSUM_WIDTH}})$`,
);

/** The parts of a token: whose key it claims to be (public), and the secret that must prove it. */
export interface ApiKeyToken {
  clinicId: string;
  apiKeyId: string;
  secret: string;
}

const toHex = (uuid: string): string => uuid.replaceAll('-', '');
const toUuid = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

function computeChecksum(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return toBase62(bytes, CHECKSUM_WIDTH);
}

/** 256 random bits in the token's alphabet. */
export const generateSecret = (): string => toBase62(randomBytes(BYTES), WIDTH);

export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** How a key's token begins: `avk_` and its ids, 47 characters, of which none is secret. */
export const formatTokenPrefix = ({ clinicId, apiKeyId }: Omit<ApiKeyToken, 'secret'>): string =>
  API_KEY_PREFIX + toBase62(Buffer.from(toHex(clinicId) + toHex(apiKeyId), 'hex'), WIDTH);

/**
 * Writes `avk_<clinic and key>_<secret><checksum>`: letters, digits and underscores, 97 characters. The prefix and the
 * checksum let secret scanners find it and distinguish a typo from a revoked key; the public part is the row's whole
 * primary key, so that no look-up crosses clinics.
 */
export function formatApiKeyToken({ secret, ...ids }: ApiKeyToken): string {
  const body = `${formatTokenPrefix(ids)}_${secret}`;
  return body + computeChecksum(body);
}

const parseIds = (publicPart: string): Pick<ApiKeyToken, 'clinicId' | 'apiKeyId'> | null => {
  const ids = fromBase62(publicPart, BYTES);
  return ids && { clinicId: toUuid(ids.subarray(0, 16)), apiKeyId: toUuid(ids.subarray(16)) };
};

/** Parses a token, or says why it is none: `mistyped` when only the checksum is wrong, `malformed` for anything else. */
export function parseApiKeyToken(token: string): ApiKeyToken | { failure: AuthenticationFailure } {
  const match = TOKEN.exec(token);
  const ids = match && parseIds(match[1]!);
  if (!match || !ids) return { failure: { kind: 'malformed' } };
  if (computeChecksum(token.slice(0, -CHECKSUM_WIDTH)) !== match[3]) return { failure: { kind: 'mistyped', ...ids } };
  return { ...ids, secret: match[2]! };
}
