import type { Run } from './load.js';
import type { Case } from './cases.js';

export interface Growth {
  rows: number;
  /** Median milliseconds of a call, one at a time. */
  milliseconds: Record<string, number>;
}

/** What a run measured; written as JSON next to its report. */
export interface Results {
  rounds: number;
  seconds: number;
  rows: number;
  runs: Record<string, Partial<Record<Case, Run[]>>>;
  /** MB after the load of an operation. */
  memory: Record<string, Partial<Record<Case, number>>>;
  startMilliseconds: Record<string, number>;
  tails: { operation: Case; rate: number; p99: Record<string, number> }[];
  growth: Growth[];
}

export const median = (numbers: number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
};
