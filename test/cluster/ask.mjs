// How the tests ask: by the command, and by the engine's thread as a preview does.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { root } from '../vscode/project.mjs';

const cli = join(root, 'dist', 'cli.js');

/**
 * What a preview has of a query, from the engine's thread as the extension starts it: the state of its rows once no more come,
 * their cells, how many there are when they are counted there, and what columns hold there, by their paths.
 *
 * @param {{ limits?: { rows: number, bytes: number }, shown?: number, counts?: boolean, figuresOf?: string[], plotsOf?: string[], watch?: (state: object) => void }} options
 */
export async function previewed(address, location, query, options = {}) {
  const {
    limits = { rows: 1e6, bytes: 1e9 },
    shown = Infinity,
    counts = false,
    figuresOf = [],
    plotsOf = [],
    watch = () => undefined,
  } = options;
  let told = () => undefined;
  const ended = new Promise((resolve) => {
    told = (state) => {
      watch(state);
      if (state.exact || state.phase === 'failed') resolve(state);
    };
  });
  const { call, close } = await startEngine((state) => told(state));
  try {
    const of = { location, options: {} };
    const remote = { run: '1', of, query, address: `sc://${address}`, limits };
    const info = await call(0, 'open', { session: 1, file: { location: 'rows', options: {}, remote } });
    told(info.state);
    const columns = info.columns.map(({ id: column }) => column);
    const cells = (first, count) => call(1, 'rows', { view: 0, first, count, columns });
    await cells(0, 1);
    const state = await ended;
    const rows = cellsIn(await cells(0, Math.min(shown, state.records)), columns.length);
    const counted = counts ? await call(1, 'countRemote', null) : undefined;
    const figures = {};
    for (const path of figuresOf) figures[path] = await call(1, 'figuresThere', { path });
    const ids = plotsOf.map((path) => info.columns.find((column) => column.path === path).id);
    const plots = plotsOf.length > 0 ? await call(1, 'plotsThere', { columns: ids }) : undefined;
    return { state, rows, counted, figures, plots };
  } finally {
    await close();
  }
}

/** What headers draw of columns of a file here, by their paths. */
export async function plotted(location, paths) {
  const { call, close } = await startEngine(() => undefined);
  try {
    const info = await call(0, 'open', { session: 1, file: { location, options: {} } });
    const columns = paths.map((path) => info.columns.find((column) => column.path === path).id);
    return await call(1, 'statistics', { view: 0, columns, depth: 'header' });
  } finally {
    await close();
  }
}

/** The engine's thread as the extension starts it. @param told is told the state of its file */
async function startEngine(told) {
  const worker = new Worker(join(root, 'dist', 'engine.js'));
  const waiting = new Map();
  const exit = new Promise((resolve) => worker.once('exit', resolve));
  worker.on('error', (error) => {
    for (const { reject } of waiting.values()) reject(error);
  });
  worker.on('message', ({ message }) => {
    if (message.name === 'file') told(message.value);
    const { resolve, reject } = waiting.get(message.id) ?? {};
    if (message.type === 'result') resolve(message.value);
    if (message.type === 'error') reject(new Error(JSON.stringify(message.error.said)));
  });
  let id = 0;
  const call = (session, method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++id, { resolve, reject });
      worker.postMessage({ session, message: { type: 'call', id, method, params } });
    });
  const close = async () => {
    worker.postMessage({ session: 0, message: { type: 'event', name: 'stop', value: null } });
    await exit;
  };
  await call(0, 'configure', { cacheFolder: null, cacheBytes: 0, keepBytes: 0 });
  return { call, close };
}

function cellsIn({ text, ends, rows }, width) {
  const all = [...ends].map((end, at) =>
    Buffer.from(text.subarray(at === 0 ? 0 : ends[at - 1], end)).toString(),
  );
  return Array.from({ length: rows }, (_, row) => all.slice(row * width, (row + 1) * width));
}

/** Rows in an order of their own, without members that are null. */
export async function rowsOf(path, query, to, ...options) {
  const { code, stdout, stderr } = await run(path, query, '--to', to, ...options);
  assert.equal(code, 0, stderr);
  const lines = stdout
    .trimEnd()
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return lines.map((line) => (to === 'csv' ? line : stable(line))).sort();
}

/** The digits of large numbers are kept: they are compared as text. */
export function stable(line) {
  const value = JSON.parse(line.replace(/(?<=[:,[])(\d{16,})(?=[,}\]])/g, '"#$1"'));
  return JSON.stringify(value, (_, of) =>
    of !== null && typeof of === 'object' && !Array.isArray(of)
      ? Object.fromEntries(
          Object.entries(of)
            .filter(([, member]) => member !== null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : of,
  );
}

export async function run(...args) {
  try {
    const options = { maxBuffer: 2 ** 30 };
    return { code: 0, ...(await promisify(execFile)(process.execPath, [cli, ...args], options)) };
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    return error;
  }
}
