import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { EntityManager } from 'typeorm';
import { actorId, type Actor } from '../identity/actor.js';
import { idempotencyKeyReused } from './errors.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';

/** What tells one input from another: SHA-256 of its RFC 8785 canonical JSON, so that the order of keys is no difference. */
export const fingerprintOf = (input: object): Buffer => createHash('sha256').update(canonicalize(input)!).digest();

export interface Claim {
  idempotencyKey: string;
  fingerprint: Buffer;
  expressCustomerId: string;
}

// A key that is older than 24 hours by the database's clock is as free as one that was never used: it is taken over in the
// same statement. A claim that runs at the same time is waited for, and then seen.
const CLAIM = `
  INSERT INTO idempotency_keys AS held (clinic_id, actor_id, operation, idempotency_key, fingerprint, express_customer_id)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (clinic_id, actor_id, operation, idempotency_key) DO UPDATE
    SET fingerprint = excluded.fingerprint, express_customer_id = excluded.express_customer_id, created_at = excluded.created_at
    WHERE held.created_at < clock_timestamp() - interval '24 hours'
  RETURNING express_customer_id`;

/** The idempotency keys of one actor in its clinic for one operation. */
export class IdempotencyKeyRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly actor: Actor,
    private readonly operation: string,
  ) {}

  /**
   * Claims the key for a customer that is created in the same transaction.
   * @returns null when the key is now claimed, else the id of the customer that its first call created.
   * @throws AppError IDEMPOTENCY_KEY_REUSED when that call had another input.
   */
  async claim({ idempotencyKey, fingerprint, expressCustomerId }: Claim): Promise<string | null> {
    const owner = [this.actor.clinicId, actorId(this.actor), this.operation];
    const claimed = await this.manager.query<unknown[]>(CLAIM, [
      ...owner,
      idempotencyKey,
      fingerprint,
      expressCustomerId,
    ]);
    if (claimed.length > 0) return null;
    const [clinicId, owningActorId, operation] = owner as [string, string, string];
    const held = await this.manager.findOneByOrFail(IdempotencyKeyEntity, {
      clinicId,
      actorId: owningActorId,
      operation,
      idempotencyKey,
    });
    if (!held.fingerprint.equals(fingerprint)) throw idempotencyKeyReused();
    return held.expressCustomerId;
  }
}
