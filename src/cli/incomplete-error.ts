/** The command did what it could, and something is left for the caller to do; the message says what. */
export class IncompleteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IncompleteError';
  }
}
