/**
 * Something that an operator can put right. The message is complete: what is wrong, where (path, variable or option) and
 * what to do. It is printed without a stack.
 */
export class OperatorError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
