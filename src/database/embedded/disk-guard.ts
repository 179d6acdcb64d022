import { statfs } from 'node:fs/promises';
import { Client } from 'pg';
import { ResultLimitingClient } from '../connection/result-size.js';

const LOOK_EVERY_MS = 1_000;

/**
 * A write-ahead log segment has 16 MB, and the engine, which runs in this process, spins without end when it cannot make
 * the next one: writes end while there is room for four.
 */
export const MIN_FREE_BYTES = 64 * 1024 * 1024;

/** How many bytes may still be written where the data is. */
export type FreeSpace = () => Promise<number>;

export const measureFreeSpace =
  (folder: string): FreeSpace =>
  async () => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  };

// Statements of this service only; a CTE that writes names what it does.
const WRITES =
  /^\s*(?:insert|update|delete|merge|create|alter|drop|truncate|copy|reindex|vacuum|with\b[^]*\b(?:insert|update|delete|merge)\b)/i;

const FULL = 'less than 64 MB are free where the data is, so nothing is written until there is more room';

/** The disk is nearly full. Carries PostgreSQL's own code for that (disk_full), so it is answered like it. */
export class DiskFullError extends Error {
  readonly code = '53100';
  constructor() {
    super(FULL);
    this.name = 'DiskFullError';
  }
}

/** Knows whether there is room for writes. It looks once a second, so that a statement waits for nothing. */
export class DiskGuard {
  private hasRoom = true;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly freeSpace: FreeSpace,
    /** Receives a line when writes end, and when they are accepted again. */
    private readonly report: (message: string) => void = () => undefined,
  ) {}

  async start(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  async look(): Promise<void> {
    // A file system that does not say is used until the engine itself fails.
    const free = await this.freeSpace().catch(() => Infinity);
    const hasRoom = free >= MIN_FREE_BYTES;
    if (hasRoom === this.hasRoom) return;
    this.hasRoom = hasRoom;
    this.report(hasRoom ? 'there is room on the disk again: writes are accepted' : `writes are rejected: ${FULL}`);
  }

  /** The error that a statement meets now; null when there is room, or nothing to write. */
  findError(text: string): DiskFullError | null {
    return !this.hasRoom && WRITES.test(text) ? new DiskFullError() : null;
  }
}

/** A client that rejects writes while there is no room for them; reads are not affected. */
export function guardedClient(guard: DiskGuard): typeof Client {
  return class GuardedClient extends ResultLimitingClient {
    constructor(...args: ConstructorParameters<typeof Client>) {
      super(...args);
      // Assigned, not overridden: a method cannot implement all overloads of Client.query.
      const send = Client.prototype.query.bind(this) as (...args: unknown[]) => unknown;
      this.query = ((...query: unknown[]) => {
        const [first] = query;
        const error = guard.findError(typeof first === 'string' ? first : (first as { text: string }).text);
        if (error === null) return send(...query);
        const last = query.at(-1);
        if (typeof last !== 'function') return Promise.reject(error);
        return process.nextTick(last, error);
      }) as Client['query'];
    }
  };
}
