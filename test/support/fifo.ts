import { spawnSync } from 'node:child_process';

/**
 * Makes a named pipe. False where this machine has no program that makes one: Node itself cannot.
 * `.ci/run` tries such tests with the machine's own programs as well.
 */
export function makeFifo(path: string): boolean {
  const { error, status, stderr } = spawnSync('mkfifo', [path], { encoding: 'utf8' });
  if (error && 'code' in error && error.code === 'ENOENT') return false;
  if (error || status !== 0) throw new Error(`mkfifo ${path}: ${error?.message ?? stderr}`);
  return true;
}
