import {
  spawn,
  type ChildProcessWithoutNullStreams,
  type SpawnOptionsWithoutStdio,
} from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program: `node esbuild.mjs --tests` makes it along with the tests. */
export const cliPath = fileURLToPath(new URL('../../../../dist/cli.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface CliOptions extends Pick<SpawnOptionsWithoutStdio, 'uid' | 'gid' | 'cwd'> {
  readonly env?: Record<string, string>;
  /** Another copy of the program. */
  readonly program?: string;
}

export function startCli(args: readonly string[], options: CliOptions = {}): ChildProcessWithoutNullStreams {
  const { env, program = cliPath, ...rest } = options;
  const cache = { XDG_CACHE_HOME: join(tmpdir(), 'rowriver-test-cache') };
  return spawn(process.execPath, [program, ...args], { ...rest, env: { ...process.env, ...cache, ...env } });
}

/** Runs the program to its end, with nothing on standard input. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startCli(args, options);
  child.stdin.end();
  return finished(child);
}

/** Collects what a started program still writes. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}
