import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256 of a value's RFC 8785 canonical JSON: the order of keys makes no difference, and undefined members are left out. */
export const hashJson = (value: object): Buffer => createHash('sha256').update(canonicalize(value)!).digest();
