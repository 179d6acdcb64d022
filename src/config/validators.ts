import { EnvError, makeValidator } from 'envalid';

/** Whether it can be read as a URL. The host may be left out: then the server is on this machine, or named by ?host=. */
export const isUrl = (input: string): boolean => {
  try {
    decodeURIComponent(input);
  } catch {
    return false;
  }
  return URL.canParse(input.replace('@/', '@localhost/'));
};

/** A variable that holds a whole number within bounds. */
export const wholeNumber = (least: number, most?: number) => {
  const bounds = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  return makeValidator((input: string): number => {
    const value = /^\d{1,10}$/.test(input) ? Number(input) : NaN;
    if (!(value >= least && value <= (most ?? value))) throw new EnvError(`a whole number ${bounds} is expected`);
    return value;
  });
};
