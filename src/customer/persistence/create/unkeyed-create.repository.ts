import type { EntityManager } from 'typeorm';
import type { PreparedStatement } from '../../../database/prepared-statement.js';
import { actorId, type Actor } from '../../../identity/actor.js';
import { UnkeyedCreateEntity } from '../../model/unkeyed-create.entity.js';

// Held until the transaction ends: a retry that overtakes its original waits for the original's commit. Several are taken in
// one order, or two transactions could wait for each other.
const TAKE_TURNS = `
  SELECT count(pg_advisory_xact_lock(turn)) FROM (
    SELECT DISTINCT hashtextextended(name, 0) AS turn FROM unnest($1::text[]) AS given (name) ORDER BY turn
  ) AS turns`;

/** What the tries of a create without an idempotency key take turns by. */
export const turnOf = ({
  clinicId,
  actorId,
  fingerprint,
}: {
  clinicId: string;
  actorId: string;
  fingerprint: Buffer;
}) => [clinicId, actorId, fingerprint.toString('base64')].join(' ');

/** Waits for whoever has one of the turns, and keeps them to the end of the transaction. */
export const takeTurns = (turns: string[]): PreparedStatement => ({
  name: 'unkeyed-creates-take-turns',
  text: TAKE_TURNS,
  values: [turns],
});

// The caller's own chain first: try 2 prefers what try 1 was answered with to an original that nobody has retried yet.
const CLAIM = `
  UPDATE unkeyed_creates SET retry_count = $4
  WHERE clinic_id = $1 AND actor_id = $2 AND fingerprint = $3 AND express_customer_id = (
    SELECT express_customer_id FROM unkeyed_creates
    WHERE clinic_id = $1 AND actor_id = $2 AND fingerprint = $3 AND retry_count < $4
      AND created_at > clock_timestamp() - interval '10 minutes'
    ORDER BY retry_count DESC, created_at DESC LIMIT 1)
  RETURNING express_customer_id`;

/** Creates of one actor in its clinic that came without an idempotency key. */
export class UnkeyedCreateRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly actor: Actor,
  ) {}

  /**
   * Finds what an earlier try of the same create made, at most ten minutes ago, and marks it so that no other create's try
   * of this count is answered with it. Creates of the same caller and body take turns from here to their commit.
   * @returns null when there is none: this try is to create the customer.
   */
  async claimEarlierTry(fingerprint: Buffer, retryCount: number): Promise<string | null> {
    const { clinicId } = this.actor;
    const owner = { clinicId, actorId: actorId(this.actor), fingerprint };
    const turns = takeTurns([turnOf(owner)]);
    await this.manager.query(turns.text, turns.values);
    const [claimed] = await this.manager.query<[{ express_customer_id: string }[]]>(CLAIM, [
      clinicId,
      owner.actorId,
      fingerprint,
      retryCount,
    ]);
    return claimed[0]?.express_customer_id ?? null;
  }

  /** Remembers a create, in its transaction, for the tries that may follow. */
  async remember(fingerprint: Buffer, expressCustomerId: string, retryCount: number): Promise<void> {
    const { clinicId } = this.actor;
    const row = { clinicId, actorId: actorId(this.actor), fingerprint, expressCustomerId, retryCount };
    await this.manager.insert(UnkeyedCreateEntity, row);
  }
}
