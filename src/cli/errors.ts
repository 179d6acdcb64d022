/** Ends the command with a message that says what is wrong and what to do, in one line; no stack is shown. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** The command was called wrongly, in a way that only shows while it runs. */
export class UsageError extends CommandError {}
