import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { startCli, type CliOptions } from './cli.ts';

/** A command that follows files, with what it has written so far. */
export class Following {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown[]>;
  #stdout = '';
  #stderr = '';
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], options: CliOptions = {}) {
    this.#child = startCli([...args, '--follow', '--no-cache'], options);
    // A command that has ended reads no more.
    this.#child.stdin.on('error', () => undefined);
    if (!args.includes('-')) this.#child.stdin.end();
    this.#ended = once(this.#child, 'close');
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    this.#child.on('close', () => this.#wake());
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** What it has said, line by line, without the summary that comes last. */
  get said(): string[] {
    return this.#stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^rowriver: /, ''));
  }

  /** Writes to its standard input, which is open for as long as `-` is followed. */
  input(text: string): void {
    this.#child.stdin.write(text);
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  /** Waits until the output holds a text. @throws when it ends before */
  wrote(text: string): Promise<void> {
    return this.#until(() => this.#stdout.includes(text), text);
  }

  /** Waits until it has said something. */
  says(text: string): Promise<void> {
    return this.#until(() => this.#stderr.includes(text), text);
  }

  /** Waits for its end, after a signal if there is one, and answers the exit code. */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal) this.#child.kill(signal);
    const [code] = await this.#ended;
    return code as number | null;
  }

  /** Ends it whatever has happened. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #until(isThere: () => boolean, what: string): Promise<void> {
    while (!isThere()) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`It ended before ${what}: ${this.#stdout}\n${this.#stderr}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
