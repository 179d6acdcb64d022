/** What an operator asked for cannot be done; the message says why and what to do instead. */
export class IdentityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IdentityError';
  }
}
