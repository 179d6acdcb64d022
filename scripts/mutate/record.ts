import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Place } from './places.js';

/** What became of one change. */
export interface Trial extends Place {
  /** The test that failed; null where none did. */
  noticedBy: string | null;
}

const keyOf = ({ operator, file, line, after }: Place): string => JSON.stringify([operator, file, line, after]);

/** Trials that outlive an interruption: one line of JSON each. A place that has moved is tried again. */
export class TrialRecord {
  private readonly trials = new Map<string, Trial>();

  /** @param path a file that need not exist; null remembers nothing. */
  constructor(private readonly path: string | null) {
    if (path === null || !existsSync(path)) return;
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    for (const trial of lines.map((line) => JSON.parse(line) as Trial)) this.trials.set(keyOf(trial), trial);
  }

  find(place: Place): Trial | null {
    return this.trials.get(keyOf(place)) ?? null;
  }

  add(trial: Trial): void {
    this.trials.set(keyOf(trial), trial);
    if (this.path !== null) appendFileSync(this.path, `${JSON.stringify(trial)}\n`);
  }
}
