import { actorId } from '../../identity/actor.js';
import { serviceUnavailable } from '../../shared/app-error.js';
import { ReadBudget } from '../../shared/concurrency/read-budget.js';
import type { HttpRequestContext } from '../context.js';
import { FairShare } from './fair-share.js';
import { pointsOfBytes } from './points.js';
import type { SpendPoints } from './rate-limit.js';

/** What all large answers of this process may hold of rows, from when they are read until they have been sent. */
const MAX_HELD_BYTES = 64_000_000;

/**
 * Shares memory among large answers: each credential may hold at most as much as is left free, and always one answer. Their
 * bytes are paid for with points once they are known.
 */
export class LargeAnswers {
  private readonly memory = new FairShare(MAX_HELD_BYTES);

  constructor(private readonly spendPoints: SpendPoints) {}

  /** The budget of a request, which is settled when its answer has been sent or its caller has gone. */
  createBudget(context: HttpRequestContext): ReadBudget {
    const releases: (() => void)[] = [];
    let held = 0;
    const budget = new ReadBudget((bytes) => {
      const holder = actorId(context.actor!);
      const isItsOnlyOne = this.memory.held(holder) === held;
      if (!isItsOnlyOne && !this.memory.hasRoom(holder, bytes))
        throw serviceUnavailable('large answers of this credential hold too much memory');
      releases.push(this.memory.take(holder, bytes));
      held += bytes;
      if (releases.length > 1) return;
      context.ends.push(() => {
        for (const release of releases) release();
        // The answer has been sent: a credential without points for it learns so from its next one.
        this.spendPoints(context, pointsOfBytes(budget.bytes))?.catch(() => undefined);
      });
    });
    return budget;
  }
}
