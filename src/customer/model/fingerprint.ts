import { hashJson } from '../../shared/hash-json.js';
import type { Metadata } from './express-customer.entity.js';

/** The input of a create, as far as it distinguishes one from another. */
interface Fingerprinted {
  expressCustomerName: string;
  externalReferenceId?: string | null;
  metadata?: Metadata | null;
}

/**
 * SHA-256 of the input's RFC 8785 canonical JSON: the order of metadata keys makes no difference, and absent, null and empty
 * metadata are the same, since they create the same customer. Without a reference it is what versions without references computed.
 */
export const computeFingerprint = ({ expressCustomerName, externalReferenceId, metadata }: Fingerprinted): Buffer =>
  hashJson({ expressCustomerName, externalReferenceId: externalReferenceId ?? undefined, metadata: metadata ?? {} });
