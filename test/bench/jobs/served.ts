import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join, resolve } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { folder } from '../data.ts';
import type { Job } from '../measure.ts';
import type { Ours } from '../ours.ts';

/** `rowriver serve` of some files, which is started for the first download of them, and ended by `close`. */
export class ServedFile {
  readonly #path: string;
  #server: Promise<{ child: ChildProcess; address: URL }> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** How many bytes a download has. */
  async bytes(rows: string): Promise<number> {
    const { address } = await (this.#server ??= this.#start());
    const asked = new URL(rows, address);
    for (const [name, value] of address.searchParams) asked.searchParams.set(name, value);
    const [response] = (await once(get(asked), 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`${rows}: ${response.statusCode ?? ''}`);
    let length = 0;
    for await (const chunk of response) length += (chunk as Buffer).length;
    return length;
  }

  async close(): Promise<void> {
    const server = await this.#server;
    if (!server) return;
    server.child.kill('SIGINT');
    await once(server.child, 'exit');
  }

  async #start(): Promise<{ child: ChildProcess; address: URL }> {
    const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
    const child = spawn(process.execPath, [resolve('dist/cli.js'), 'serve', this.#path, '--no-cache'], {
      stdio,
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, address: new URL(line.toString().trim()) };
  }
}

/** Downloads of all records, beside the same written to a file. */
export function servedJobs(
  ours: Ours,
  { jsonl, csv }: { readonly jsonl: ServedFile; readonly csv: ServedFile },
  paths: { readonly jsonl: string; readonly csv: string },
): Job[] {
  const target = join(folder, 'export.out');
  const job = (
    work: string,
    served: ServedFile,
    rows: string,
    [from, to]: [string, 'csv' | 'jsonl'],
  ): Job => ({
    work,
    ours: { name: 'rowriver', run: () => served.bytes(rows) },
    peers: [{ name: 'to a file', target: 0.8, run: () => ours.export(from, '', target, to) }],
  });
  return [
    job('JSONL, GET /rows.csv', jsonl, '/rows.csv', [paths.jsonl, 'csv']),
    job('CSV, GET /rows.csv', csv, '/rows.csv', [paths.csv, 'csv']),
    job('CSV, GET /rows.jsonl', csv, '/rows.jsonl', [paths.csv, 'jsonl']),
  ];
}
