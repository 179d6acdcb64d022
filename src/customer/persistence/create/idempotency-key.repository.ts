import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { EntityManager } from 'typeorm';
import { actorId, type Actor } from '../../../identity/actor.js';
import { idempotencyKeyReused } from '../../model/errors.js';

/** What tells one input from another: SHA-256 of its RFC 8785 canonical JSON, so that the order of keys is no difference. */
export const fingerprintOf = (input: object): Buffer => createHash('sha256').update(canonicalize(input)!).digest();

export interface Claim {
  idempotencyKey: string;
  fingerprint: Buffer;
  expressCustomerId: string;
}

type Owner = [clinicId: string, actorId: string, operation: string];

// Waits for a claim of the same key that has not been committed yet. A key that is held is neither locked nor written, so
// replays do not queue behind each other.
const CLAIM = `
  INSERT INTO idempotency_keys (clinic_id, actor_id, operation, idempotency_key, fingerprint, express_customer_id)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (clinic_id, actor_id, operation, idempotency_key) DO NOTHING
  RETURNING express_customer_id`;

const THIS_KEY = 'clinic_id = $1 AND actor_id = $2 AND operation = $3 AND idempotency_key = $4';
const HAS_EXPIRED = "created_at < clock_timestamp() - interval '24 hours'";

const HELD = `SELECT fingerprint, express_customer_id FROM idempotency_keys WHERE ${THIS_KEY} AND NOT ${HAS_EXPIRED}`;

// Of several that come for an expired key at once, the first makes it young again and the others do not take it.
const TAKE_OVER = `
  UPDATE idempotency_keys SET fingerprint = $5, express_customer_id = $6, created_at = clock_timestamp()
  WHERE ${THIS_KEY} AND ${HAS_EXPIRED}
  RETURNING express_customer_id`;

/** The idempotency keys of one actor in its clinic for one operation. */
export class IdempotencyKeyRepository {
  private readonly owner: Owner;

  constructor(
    private readonly manager: EntityManager,
    actor: Actor,
    operation: string,
  ) {
    this.owner = [actor.clinicId, actorId(actor), operation];
  }

  /**
   * Claims the key for a customer that is created in the same transaction. A key that is older than 24 hours by the
   * database's clock is as free as one that was never used.
   * @returns null when the key is now claimed, else the id of the customer that its first call created.
   * @throws AppError IDEMPOTENCY_KEY_REUSED when that call had another input.
   */
  async claim(claim: Claim): Promise<string | null> {
    for (;;) {
      if (await this.insert(claim)) return null;
      const held = await this.findHeld(claim.idempotencyKey);
      if (held?.fingerprint.equals(claim.fingerprint)) return held.express_customer_id;
      if (held) throw idempotencyKeyReused();
      if (await this.takeOver(claim)) return null;
      // Somebody else has taken the expired key over, or removed it, since it was looked at.
    }
  }

  private async insert({ idempotencyKey, fingerprint, expressCustomerId }: Claim): Promise<boolean> {
    const values = [...this.owner, idempotencyKey, fingerprint, expressCustomerId];
    return (await this.manager.query<unknown[]>(CLAIM, values)).length > 0;
  }

  private async findHeld(
    idempotencyKey: string,
  ): Promise<{ fingerprint: Buffer; express_customer_id: string } | undefined> {
    const [held] = await this.manager.query<{ fingerprint: Buffer; express_customer_id: string }[]>(HELD, [
      ...this.owner,
      idempotencyKey,
    ]);
    return held;
  }

  private async takeOver({ idempotencyKey, fingerprint, expressCustomerId }: Claim): Promise<boolean> {
    const values = [...this.owner, idempotencyKey, fingerprint, expressCustomerId];
    // TypeORM answers an UPDATE with its rows and their number.
    const [, taken] = await this.manager.query<[unknown, number]>(TAKE_OVER, values);
    return taken > 0;
  }
}
