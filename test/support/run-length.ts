/** How often each experiment is repeated: `full` in `npm run test:fault`, `short` in `npm test` and `npm run verify`. */
export interface RunLength {
  kills: number;
  embeddedKills: number;
  databaseStops: number;
  databaseStalls: number;
  deploys: number;
  bootRounds: number;
  /** Each is sent 50 times simultaneously. */
  idempotencyKeys: number;
  /** Creates without a key whose tries are cut, stalled and reordered. */
  disturbedCreates: number;
  /** Rounds in which each of several clients changes one of the same customers. */
  interleavings: number;
  /** Inputs that fast-check makes up. */
  generated: number;
  /** Operations that are made up and answered twice, by Apollo Server and from kept operations. */
  repeatedOperations: number;
  /** Operations that are made up and executed twice, by graphql-js and from their plan. */
  plannedOperations: number;
  /** Keys that are issued and used, of which no secret may be found. */
  usedKeys: number;
  /** Organisations that the example of the guide imports twice. */
  organisations: number;
  /** Distinct documents that are sent to a small heap. */
  floodDocuments: number;
  /** Requests with marked strings that no log may show. */
  canaries: number;
  /** Creates that must have been acknowledged for the kill experiment to say anything. */
  acknowledgedAtLeast: number;
  /** How soon after a kill the service must be ready. A short run shares its machine, and says nothing of time. */
  readyWithinMs: number;
  /** How soon what is too complex must be refused. */
  refusedWithinMs: number;
}

const LENGTHS: Record<string, RunLength> = {
  short: {
    kills: 2,
    embeddedKills: 2,
    databaseStops: 2,
    databaseStalls: 1,
    deploys: 2,
    bootRounds: 1,
    idempotencyKeys: 20,
    disturbedCreates: 100,
    interleavings: 40,
    generated: 1_000,
    repeatedOperations: 5_000,
    plannedOperations: 1_000,
    usedKeys: 250,
    organisations: 2_000,
    floodDocuments: 400,
    canaries: 1_000,
    acknowledgedAtLeast: 50,
    readyWithinMs: 30_000,
    refusedWithinMs: 30_000,
  },
  full: {
    kills: 50,
    embeddedKills: 20,
    databaseStops: 20,
    databaseStalls: 10,
    deploys: 30,
    bootRounds: 20,
    idempotencyKeys: 200,
    disturbedCreates: 1_000,
    interleavings: 1_000,
    generated: 20_000,
    repeatedOperations: 50_000,
    plannedOperations: 30_000,
    usedKeys: 1_000,
    organisations: 10_000,
    floodDocuments: 1_500,
    canaries: 10_000,
    acknowledgedAtLeast: 20_000,
    readyWithinMs: 3_000,
    refusedWithinMs: 50,
  },
};

export const runLength: RunLength = LENGTHS[process.env.FAULT_LENGTH ?? 'short']!;

/** How long a round lasts: in the full length long enough for a few hundred creates. */
export const ROUND_MS = process.env.FAULT_LENGTH === 'full' ? 1_500 : 400;

/** Prints the figures of an experiment, so that a full run can be quoted. */
export const report = (experiment: string, figures: object): void =>
  void process.stderr.write(`${experiment}: ${JSON.stringify(figures)}\n`);
