// The project's own folder, and the programs that the scripts here start in it. Node built-ins only: this runs
// before the packages are there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export const root = resolve(import.meta.dirname, '../..');

/** The files of test/webview that need a browser; `frames` measures, and runs only when it is asked for. */
export const pageSuites = [
  'matrix',
  'page',
  'plots',
  'walk',
  'picked',
  'served',
  'plotsReal',
  'pipelines',
  'following',
  'badFiles',
  'reading',
  'order',
  'exported',
  'translated',
  'comparison',
  'remote',
  'fits',
  'stages',
  'failing',
  'found',
  'completing',
  'records',
];
/** Of these, those over the page of `rowriver serve` alone: what they ask is no more of an editor than of a browser. */
export const servedAlone = ['found', 'following', 'order', 'failing', 'completing', 'records'];
/** Those over both pages: they have tests that need an editor, or look at fonts and widths. */
export const servedToo = ['fits', 'reading', 'exported'];
/** All that can look at the page of `rowriver serve`. Its server starts anew for each file: these take long. */
export const servedSuites = [
  ...servedAlone,
  ...servedToo,
  'walk',
  'picked',
  'plotsReal',
  'badFiles',
  'matrix',
];
export const frameSuites = ['frames'];
export const pictureSuites = ['pictures'];

/** Runs npm; rejects when it fails. */
export async function npm(args, cwd = root) {
  const [program, ...rest] = npmCommand(args);
  await run(program, rest, { cwd });
}

/** @returns {string[]} npm with its arguments, as this system starts it */
export function npmCommand(args) {
  return process.platform === 'win32' ? ['cmd', '/c', 'npm', ...args] : ['npm', ...args];
}

/** How long a program may take to end once it is asked to. */
const graceMs = 10_000;
/** How often it is looked whether this process's parent and another's children are still there: nothing tells of it. */
const lookMs = 100;

/** Aborted when this process is asked to end: by Ctrl+C, by SIGTERM, by a terminal or an npm that is gone. */
const ending = new AbortController();
export const { signal: ended } = ending;

/**
 * Starts a program as the leader of a group of its own, so that `stop` also ends whatever it has started in turn.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export function start(program, args, options) {
  ended.throwIfAborted();
  const child = spawn(program, args, { ...options, detached: process.platform !== 'win32' });
  const exit = once(child, 'exit');
  const stop = () => void signalGroup(child, 'SIGTERM');
  ended.addEventListener('abort', stop);
  exit.catch(() => undefined).finally(() => ended.removeEventListener('abort', stop));
  return { child, exit, stop: () => stopped(child, exit) };
}

/** Ends a group of programs; resolves when the last of them is gone. */
async function stopped(child, exit) {
  signalGroup(child, 'SIGTERM');
  const limit = performance.now() + graceMs;
  while (signalGroup(child, 0)) {
    if (performance.now() > limit) signalGroup(child, 'SIGKILL');
    await setTimeout(lookMs);
  }
  await exit;
}

/** Sends a signal to a program that was started, and to all that it has started. Answers whether there was anybody left to hear it. */
export function signalGroup(child, signal) {
  if (child.pid === undefined) return false;
  if (process.platform === 'win32') return child.kill(signal) && signal !== 0;
  try {
    return process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
    return false;
  }
}

/** Runs a program with this one's output; rejects when it fails, or is ended because this process is. */
export async function run(program, args, { cwd = root, env = {} } = {}) {
  const { exit } = start(program, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code, signal] = await exit;
  ended.throwIfAborted();
  if (code !== 0) throw new Failed(`${[program, ...args].join(' ')} ended with ${String(code ?? signal)}.`);
}

/**
 * Runs a program and keeps what it says; `failure` says that it has failed.
 *
 * @param {string[]} command the program and its arguments
 * @returns {Promise<{ text: string, failure: string | undefined }>}
 */
export async function collected([program, ...args], env = {}) {
  const { child, exit } = start(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let text = '';
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  }
  // What it has said is whole once its outputs are closed.
  const [[code, signal]] = await Promise.all([exit, once(child, 'close')]);
  ended.throwIfAborted();
  return {
    text,
    failure: code === 0 ? undefined : `${[program, ...args].join(' ')} ended with ${String(code ?? signal)}.`,
  };
}

/**
 * The sum of what runs of tests have left in their file ROWRIVER_TALLY, a line each; nothing passed and nothing failed where
 * they left none.
 *
 * @returns {{ passed: number, failed: number, reasons: string[] }}
 */
export function tallied(path) {
  const sum = { passed: 0, failed: 0, reasons: [] };
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  for (const line of lines.filter((text) => text !== '')) {
    const { passed, failed, reasons } = JSON.parse(line);
    sum.passed += passed;
    sum.failed += failed;
    sum.reasons.push(...reasons);
  }
  return sum;
}

/**
 * Runs programs, as many at a time as there are cores, in their order. What each says is said when it has ended; the others
 * still run, so that one run tells all. Rejects when one has failed.
 *
 * @param {readonly string[][]} commands each a program and its arguments
 */
export async function runTogether(commands) {
  const waiting = [...commands];
  const failures = [];
  const lanes = Array.from({ length: availableParallelism() }, async () => {
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
      const { text, failure } = await collected(command);
      if (text !== '') process.stdout.write(text);
      if (failure) failures.push(failure);
    }
  });
  await Promise.all(lanes);
  if (failures.length > 0) throw new Failed(failures.join('\n'));
}

/** Runs a script of this project, or a program of one of its packages, under this Node. */
export async function node(script, args = [], env = {}) {
  await run(process.execPath, [join(root, script), ...args], { env });
}

/** Something that was run has failed and has said why: a stack trace would add nothing. */
export class Failed extends Error {}

/** Says which part of the work begins: some take minutes on a first run. */
export function say(what) {
  console.log(`[${new Date().toLocaleTimeString('en-GB')}] ${what}`);
}

/** Does a command's work and ends as a command should: all it started is ended, and a failure is one sentence. */
export async function main(work) {
  const end = (signal) => ending.abort(new Failed(`Ended by ${signal}.`));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, end);
  // npm passes a signal on to the shell between it and this process, and not every shell passes it on in turn.
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) end('npm');
  }, lookMs);
  look.unref();
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Failed ? error.message : error);
    process.exitCode = 1;
  } finally {
    clearInterval(look);
    for (const signal of signals) process.off(signal, end);
  }
}

/** Installs the locked packages where they are missing or of other versions. */
export async function installPackages() {
  const modules = join(root, 'node_modules');
  // A linked folder belongs to another checkout, which keeps it up to date.
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) return;
  if (packagesAreCurrent(modules)) return;
  say('Installing packages with npm ci; the first time this takes a minute or two');
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
