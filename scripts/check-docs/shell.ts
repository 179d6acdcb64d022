import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

// The first command of a guide installs all packages.
const UP_WITHIN_MS = 600_000;
const QUIET_MS = 1_500;
const GONE_WITHIN_MS = 15_000;

/** The shell of a newcomer who types a document's commands one after the other, in the project's folder. */
export class Shell {
  private readonly bash: ChildProcess;
  private readonly started: ChildProcess[] = [];
  private output = '';

  constructor(
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.bash = this.spawn(['-s']);
    for (const stream of [this.bash.stdout!, this.bash.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  // A group of its own: npm's children end with it.
  private spawn(args: string[]): ChildProcess {
    return spawn('bash', args, { cwd: this.folder, env: this.environment, detached: true });
  }

  /** Runs commands that end. @returns what they printed. @throws when the last one fails. */
  async run(commands: string): Promise<string> {
    const end = `end-of-block-${Date.now()}`;
    this.output = '';
    this.bash.stdin!.write(`set -o pipefail\n${commands}\nprintf '\\n${end} %s\\n' $?\n`);
    const pattern = new RegExp(`\\n${end} (\\d+)\\n`);
    while (!pattern.test(this.output)) {
      if (this.bash.exitCode !== null) throw new Error(`The shell ended:\n${this.output}`);
      await sleep(50);
    }
    const printed = this.output.replace(pattern, '');
    if (pattern.exec(this.output)![1] !== '0') throw new Error(`It failed:\n${printed}`);
    return printed;
  }

  /** Runs commands that stay, and waits until the address answers. */
  async start(commands: string, address: string): Promise<string> {
    let printed = '';
    const child = this.spawn(['-c', commands]);
    this.started.push(child);
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    for (const until = Date.now() + UP_WITHIN_MS; ; await sleep(200)) {
      const status = await fetch(address).then(
        (answer) => answer.status,
        () => null,
      );
      if (status !== null && status < 500) break;
      if (child.exitCode !== null || Date.now() > until) throw new Error(`It did not come up:\n${printed}`);
    }
    // Its announcement comes just after its first answer.
    for (let seen = -1; seen !== printed.length; await sleep(QUIET_MS)) seen = printed.length;
    return printed;
  }

  /** Ctrl-C for what was started last. */
  async stop(): Promise<void> {
    const child = this.started.pop();
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    process.kill(-child.pid!, 'SIGINT');
    const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), GONE_WITHIN_MS);
    await gone;
    clearTimeout(late);
  }

  async close(): Promise<void> {
    while (this.started.length > 0) await this.stop();
    this.bash.stdin!.end();
  }
}
