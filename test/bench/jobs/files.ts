import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { jsonLine, randomFrom, sampleRecords } from '../../support/sample.ts';
import { folder } from '../data.ts';
import { readJson, type DuckDb } from '../duckdb.ts';
import { numberFrom, type Job } from '../measure.ts';
import type { Ours } from '../ours.ts';

/** Several files as one table, a join, and a comparison; each as a whole run of the command. Files are made when asked for. */
export function fileJobs(ours: Ours, duck: DuckDb, jsonl: string, megabytes: number): Job[] {
  const parts = (): Promise<string> =>
    made(`parts-${megabytes}`, (path) => writeParts(path, megabytes)).then((path) => join(path, '*.jsonl'));
  const users = (): Promise<string> => made(`users-${megabytes}.csv`, (path) => writeUsers(path, megabytes));
  const changed = (): Promise<string> =>
    made(`changed-${megabytes}.jsonl`, (path) => writeChanged(jsonl, path));
  const command = (...args: string[]): Promise<number> =>
    numberFrom(process.execPath, [resolve('dist/cli.js'), ...args, '--no-cache']);
  const slow = 'status >= 500';
  return [
    {
      work: `JSONL in files of 1 MB, ${slow}, count`,
      ours: { name: 'rowriver', run: async () => command(await parts(), slow, '--count') },
      peers: [
        { name: 'one file', target: 0.8, run: () => command(jsonl, slow, '--count') },
        {
          name: 'duckdb',
          target: 2,
          run: async () =>
            duck.number(
              `SELECT count(*) FROM ${readJson(await parts(), { status: 'INTEGER' })} WHERE ${slow}`,
            ),
        },
      ],
    },
    {
      work: 'JSONL, join with a CSV of a tenth, count',
      ours: {
        name: 'rowriver',
        run: async () =>
          command(jsonl, `|> JOIN '${basename(await users())}' AS u ON user.id = u.id`, '--count'),
      },
      peers: [
        {
          name: 'duckdb',
          target: 1,
          run: async () =>
            duck.number(
              `SELECT count(*) FROM ${readJson(jsonl, { user: 'STRUCT(id INTEGER)' })} AS a JOIN read_csv('${await users()}') AS u ON a.user.id = u.id`,
            ),
        },
      ],
    },
    {
      work: 'JSONL, compared with a changed copy',
      ours: {
        name: 'rowriver',
        run: async () => command('diff', jsonl, await changed(), '--key', 'id', '--count'),
      },
      peers: [
        {
          name: 'two counts',
          target: 1 / 3,
          run: async () => (await ours.count(jsonl, '')) + (await ours.count(await changed(), '')),
        },
      ],
    },
  ];
}

/** The path of a file of the benchmark; it stands under its name only when it is complete. */
async function made(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(folder, name);
  if (await stat(path).catch(() => undefined)) return path;
  await make(`${path}.part`);
  await rename(`${path}.part`, path);
  return path;
}

/** A file of 1 MB for each megabyte. */
async function writeParts(path: string, megabytes: number): Promise<void> {
  await mkdir(path, { recursive: true });
  const records = sampleRecords();
  for (let part = 0; part < megabytes; part++) {
    let text = '';
    while (text.length < 1e6) text += jsonLine(records.next().value);
    await writeFile(join(path, `part-${String(part).padStart(5, '0')}.jsonl`), text);
  }
}

/** A row of about 100 bytes for each of the first ids of users. */
async function writeUsers(path: string, megabytes: number): Promise<void> {
  const random = randomFrom(5);
  function* rows(): Generator<string> {
    yield 'id,name,mail,plan,note\n';
    for (let id = 0; id < megabytes * 1000; id++) {
      const number = Math.floor(random() * 1e9);
      yield `${id},user ${number},user.${number}@example.org,${number % 3 === 0 ? 'free' : 'paid'},${String(number).repeat(5)}\n`;
    }
  }
  await pipeline(Readable.from(rows()), createWriteStream(path));
}

/** One record in a thousand has another status, another one is missing. */
async function writeChanged(jsonl: string, path: string): Promise<void> {
  async function* rows(): AsyncGenerator<string> {
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(jsonl), crlfDelay: Infinity })) {
      number++;
      if (number % 1000 === 500) continue;
      yield `${number % 1000 === 0 ? line.replace(/"status":\d+/, '"status":299') : line}\n`;
    }
  }
  await pipeline(Readable.from(rows()), createWriteStream(path));
}
