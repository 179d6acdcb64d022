import { serviceUnavailable } from '../app-error.js';
import type { Cancellation } from './cancellation.js';

/** Short work takes milliseconds; long work may take seconds, or wait for a lock. */
export type Lane = 'short' | 'long';

export interface LaneLimits {
  /** Slots that all tenants together may occupy. */
  total: number;
  /** Slots that one tenant may occupy. */
  perTenant: number;
  /** Slots that a tenant may occupy while no other one has work in the lane. */
  alone: number;
}

export interface FairSlotsOptions {
  /** Slots of all tenants in both lanes. */
  total: number;
  lanes: Record<Lane, LaneLimits>;
  /** Work per tenant and lane that may wait; more is rejected immediately, which bounds the memory. */
  maxWaiting: number;
  maxWaitMs: number;
}

interface Queue {
  tenant: string;
  lane: LaneState;
  starts: (() => void)[];
  running: number;
  /** Whether it stands in its lane's rotation. */
  isListed: boolean;
}

interface LaneState {
  queues: Map<string, Queue>;
  /** Tenants whose next work waits for nothing but room in the lane. */
  rotation: Queue[];
  running: number;
  limits: LaneLimits;
}

const otherLane = (lane: Lane): Lane => (lane === 'short' ? 'long' : 'short');

const createLane = (limits: LaneLimits): LaneState => ({ queues: new Map(), rotation: [], running: 0, limits });

/**
 * Shares a resource between tenants. A tenant occupies only so many slots per lane; what is free goes to the waiting
 * tenants in rotation, within a tenant first come, first served. So the others never wait behind all the work of one
 * tenant, however much that is. Work that occupies a slot must not wait for another one.
 */
export class FairSlots {
  private readonly lanes: Record<Lane, LaneState>;
  private running = 0;
  private preferred: Lane = 'short';
  private isStarting = false;
  /** How much work waits for a slot now. */
  waiting = 0;

  constructor(private readonly options: FairSlotsOptions) {
    this.lanes = { short: createLane(options.lanes.short), long: createLane(options.lanes.long) };
  }

  /**
   * Runs the work once the tenant has a slot: immediately where one is free.
   * @param signal when it is aborted before the work began, the work does not run and the promise rejects with its reason.
   * @throws AppError SERVICE_UNAVAILABLE when no slot became free in time, or too much waits already.
   */
  async run<T>(tenant: string, lane: Lane, work: () => Promise<T>, signal?: Cancellation): Promise<T> {
    const queue = this.getQueue(tenant, this.lanes[lane]);
    // What waits already and is about to start comes first.
    if (queue.starts.length === 0 && this.hasRoom(queue) && !this.isStarting) this.occupy(queue);
    else await this.wait(queue);
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      this.release(queue);
    }
  }

  private getQueue(tenant: string, lane: LaneState): Queue {
    let queue = lane.queues.get(tenant);
    if (!queue) lane.queues.set(tenant, (queue = { tenant, lane, starts: [], running: 0, isListed: false }));
    return queue;
  }

  private hasLaneRoom({ running, limits }: LaneState): boolean {
    return running < limits.total && this.running < this.options.total;
  }

  private isBelowLimit({ lane, running }: Queue): boolean {
    return running < (lane.queues.size > 1 ? lane.limits.perTenant : lane.limits.alone);
  }

  private hasRoom(queue: Queue): boolean {
    return this.isBelowLimit(queue) && this.hasLaneRoom(queue.lane);
  }

  private occupy(queue: Queue): void {
    queue.running += 1;
    queue.lane.running += 1;
    this.running += 1;
  }

  private release(queue: Queue): void {
    queue.running -= 1;
    queue.lane.running -= 1;
    this.running -= 1;
    this.list(queue);
    this.startSoon();
  }

  // In the next turn of the event loop: the embedded engine works in this process, and a long rotation of its statements
  // would keep the loop from reading requests.
  private startSoon(): void {
    if (this.isStarting || !this.nextLane()) return;
    this.isStarting = true;
    setImmediate(() => {
      this.isStarting = false;
      this.startWaiting();
    });
  }

  /** Settles when a slot is occupied for the caller. */
  private wait(queue: Queue): Promise<void> {
    const { maxWaiting, maxWaitMs } = this.options;
    if (queue.starts.length >= maxWaiting)
      return Promise.reject(serviceUnavailable('too much of this clinic waits for a connection'));
    this.waiting += 1;
    return new Promise((resolve, reject) => {
      const start = () => {
        this.waiting -= 1;
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting -= 1;
        queue.starts.splice(queue.starts.indexOf(start), 1);
        this.list(queue);
        reject(serviceUnavailable('no connection that this clinic may occupy became free'));
      }, maxWaitMs);
      queue.starts.push(start);
      this.list(queue);
    });
  }

  /** Puts a queue at the end of the rotation if its next work may start, and forgets it if it is empty. */
  private list(queue: Queue): void {
    const { lane, tenant, starts, running } = queue;
    if (starts.length === 0 && running === 0) lane.queues.delete(tenant);
    if (starts.length === 0 || !this.isBelowLimit(queue) || queue.isListed) return;
    queue.isListed = true;
    lane.rotation.push(queue);
  }

  private startWaiting(): void {
    for (let name = this.nextLane(); name; name = this.nextLane()) {
      this.preferred = otherLane(name);
      const queue = this.lanes[name].rotation.shift()!;
      queue.isListed = false;
      // Since it was listed, its work may have waited for too long, or another tenant come, which lowers its limit.
      if (queue.starts.length === 0 || !this.isBelowLimit(queue)) continue;
      this.occupy(queue);
      queue.starts.shift()!();
      this.list(queue);
    }
  }

  /** The lane whose work starts next; they alternate where both wait. */
  private nextLane(): Lane | undefined {
    const mayStart = (name: Lane) => this.lanes[name].rotation.length > 0 && this.hasLaneRoom(this.lanes[name]);
    return [this.preferred, otherLane(this.preferred)].find(mayStart);
  }
}
