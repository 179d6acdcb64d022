import { createHash } from 'node:crypto';

/** The hash by which clients name a document: SHA-256 of its text in UTF-8, in lower-case hex. */
export const hashDocument = (text: string): string => createHash('sha256').update(text).digest('hex');
