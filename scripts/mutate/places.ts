import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATORS, type Operator } from './operators.js';

/** One change to one line of one file. */
export interface Place {
  operator: string;
  /** Below src. */
  file: string;
  line: number;
  before: string;
  after: string;
}

const isComment = (line: string): boolean => /^\s*(\/\/|\*|\/\*)/.test(line);

function placesIn(file: string, lines: string[], { name, files, pattern, replacement }: Operator): Place[] {
  if (!files.test(file)) return [];
  return lines.flatMap((before, index): Place[] => {
    if (isComment(before) || before.startsWith('import ') || !pattern.test(before)) return [];
    const after = before.replace(pattern, replacement);
    return after === before ? [] : [{ operator: name, file, line: index + 1, before, after }];
  });
}

/** Every place of the source at which an operator can be tried, in the order of the operators. */
export function findPlaces(source: string): Place[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort();
  const texts = files.map((file) => ({ file, lines: readFileSync(join(source, file), 'utf8').split('\n') }));
  return OPERATORS.flatMap((operator) => texts.flatMap(({ file, lines }) => placesIn(file, lines, operator)));
}

/** At most so many places of each operator, spread evenly over all that there are, the same ones at each run. */
export function samplePlaces(places: Place[], most: number): Place[] {
  return OPERATORS.flatMap(({ name }) => {
    const all = places.filter(({ operator }) => operator === name);
    if (all.length <= most) return all;
    return Array.from({ length: most }, (_, n) => all[Math.floor((n * all.length) / most)]!);
  });
}
