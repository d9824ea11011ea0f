// The project's own folder, and the programs that the scripts here start in it. Node built-ins only: this runs
// before the packages are there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** Runs npm; rejects when it fails. */
export async function npm(args, cwd = root) {
  await (process.platform === 'win32'
    ? run('cmd', ['/c', 'npm', ...args], { cwd })
    : run('npm', args, { cwd }));
}

/** Runs a program with this one's output; rejects when it fails. */
export async function run(program, args, { cwd = root, env = {} } = {}) {
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code, signal] = await once(child, 'exit');
  if (code !== 0) throw new Failed(`${[program, ...args].join(' ')} ended with ${String(code ?? signal)}.`);
}

/** Runs a script of this project, or a program of one of its packages, under this Node. */
export async function node(script, args = [], env = {}) {
  await run(process.execPath, [join(root, script), ...args], { env });
}

/** Something that was run has failed and has said why: a stack trace would add nothing. */
export class Failed extends Error {}

/** Ends the process as a command should: with what went wrong in a sentence. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Failed ? error.message : error);
    process.exitCode = 1;
  }
}

/** Installs the locked packages where they are missing or of other versions. */
export async function installPackages() {
  const modules = join(root, 'node_modules');
  // A linked folder belongs to another checkout, which keeps it up to date.
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) return;
  if (packagesAreCurrent(modules)) return;
  console.log('Installing packages: npm ci');
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** npm leaves in node_modules/.package-lock.json what it put there. */
function packagesAreCurrent(modules) {
  const there = join(modules, '.package-lock.json');
  if (!existsSync(there)) return false;
  const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const present = packages(there);
  return Object.entries(packages(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}
