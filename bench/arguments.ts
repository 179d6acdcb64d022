import { Command, InvalidArgumentError } from 'commander';

/** The command line of a measurement: --help says what it measures and for how long; an unknown option is an error. */
export const benchmark = (name: string, about: string): Command => new Command(`npm run ${name} --`).description(about);

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('A number above 0 is expected.');
  return value;
}

/** Such as 1000,100000. */
export const sizes = (text: string): number[] => text.split(',').filter(Boolean).map(positive);
