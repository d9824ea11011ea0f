import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { IndexStore } from '../../../src/engine/index/store.ts';
import type { WorkerPool } from '../../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../../src/engine/pool/task.ts';
import { contentOf, serve, TestServer } from '../../support/httpServer.ts';
import { long, runs } from '../../support/long.ts';
import { scanPool } from '../../support/pool.ts';
import { Preview } from '../../support/preview.ts';
import { Engine } from './engine.ts';
import { Written, type FileContent, type Layout } from './layouts.ts';
import { questions, type Question } from './questions.ts';
import { Rows } from './records.ts';

/** The larger a file, the fewer questions to it; the long run asks more of them, and others each time. */

interface Size {
  readonly count: number;
  /** So that workers have several blocks each; undefined: the engine's own. */
  readonly blockSize: number | undefined;
  /** Every how many-th question is asked in a pass over a file; another in each pass and each layout. */
  readonly every: number;
}

/** One entry a size: less and more than a batch, a block and a stretch hold. */
const sizes: readonly Size[] = [
  { count: 1, blockSize: 64 * 1024, every: 1 },
  { count: 300, blockSize: 16 * 1024, every: runs(2, 1) },
  { count: 9000, blockSize: 64 * 1024, every: runs(9, 3) },
  { count: 200_000, blockSize: undefined, every: runs(72, 24) },
];

/** Where the questions begin. */
const shift = runs(0, Math.floor(Math.random() * 72));

/** One way of asking questions of a file, one after the other. */
interface Pass {
  readonly workers: 0 | 1 | 2;
  /** In the other order, and with the index that the pass before has left. */
  readonly kept: boolean;
  /** Whether the preview is asked as well, which has its own workers and its own index. */
  readonly previews: boolean;
}

function passesOf({ via, divides, mergeBy, grows }: Layout, count: number): readonly Pass[] {
  const alone: Pass = { workers: 0, kept: false, previews: mergeBy === undefined };
  // One thread merges, and what grows is asked in several states.
  if (grows || mergeBy !== undefined) return [alone, { workers: 2, kept: false, previews: false }];
  if (via === 'stdin' || via === 'http, once') return [alone];
  if (!divides || count === 1) return [alone, { ...alone, kept: true }];
  return [
    alone,
    { workers: 2, kept: false, previews: false },
    { ...alone, workers: 1, kept: true },
    { workers: 2, kept: true, previews: false },
  ];
}

/** Of layouts whose answers are the same. */
function keyOf({ name, kind, style, fileOf }: Layout): string {
  return fileOf ? name : `${kind} ${style?.example}`;
}

function inWords({ workers, kept }: Pass): string {
  const threads = ['no worker', 'one worker', 'two workers'][workers];
  return `${threads}, ${kept ? 'with the index kept' : 'one question after the other'}`;
}

/**
 * Asks every question of layouts, at every size.
 * @param first place of the first layout among all, by which its questions at the larger sizes are chosen
 * @param counts the sizes that this file asks at; other processes take the others
 */
export function describeMatrix(
  title: string,
  layouts: readonly Layout[],
  first: number,
  counts = sizes.map(({ count }) => count),
): void {
  describe(title, () => {
    askEach(
      layouts,
      first,
      sizes.filter(({ count }) => counts.includes(count)),
    );
  });
}

function askEach(layouts: readonly Layout[], first: number, chosen: readonly Size[]): void {
  let folder: string;
  let server: TestServer;
  let pools: readonly (WorkerPool<Task, Result> | undefined)[];
  let preview: Preview;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-matrix-'));
    server = await TestServer.start((_, response) => response.end());
    pools = [undefined, scanPool(1), scanPool(2)];
    preview = await Preview.start(2, join(folder, 'previews'));
  });

  after(async () => {
    await preview.close();
    for (const pool of pools) await pool?.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  for (const { count, blockSize, every } of chosen) {
    const noun = count === 1 ? 'record' : 'records';
    describe(`${count.toLocaleString('en')} ${noun}`, () => {
      let written: Written | undefined;
      /** Of layouts in which the values are written alike. */
      const rows = new Map<string, Rows>();
      const answers = new Map<string, string>();

      before(() => (written = new Written(count)));

      after(() => {
        written = undefined;
        rows.clear();
        answers.clear();
      });

      const rowsOf = (layout: Layout): Rows => {
        const { kind, style, fileOf } = layout;
        const key = keyOf(layout);
        const records = written?.records ?? [];
        const known = rows.get(key) ?? new Rows(kind, records, style, fileOf?.(records));
        rows.set(key, known);
        return known;
      };

      const answerOf = (question: Question, layout: Layout): string => {
        const key = `${keyOf(layout)} ${question.name}`;
        const answer = answers.get(key) ?? JSON.stringify(question.answer(rowsOf(layout)));
        answers.set(key, answer);
        return answer;
      };

      const check = async (engine: Engine, question: Question, when: string): Promise<void> => {
        const { layout } = engine;
        const what = `${layout.name}, ${count} ${noun}, ${when}: ${question.name}`;
        let got: string;
        try {
          got = JSON.stringify(await question.ask(engine, rowsOf(layout)));
        } catch (error) {
          throw new Error(`${what}\nfailed: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        }
        const expected = answerOf(question, layout);
        if (got !== expected) assert.fail(`${what}\n${difference(expected, got)}`);
      };

      for (const [at, layout] of layouts.entries()) {
        const place = first + at;
        if (layout.variant && count > 9000 && !long) continue;
        // One record is there or not.
        if ((layout.grows ?? layout.follows) && count === 1) continue;
        it(layout.name, async () => {
          assert.ok(written);
          const files = layout.parts && (await putParts(layout.parts(written)));
          const location = files ? layout.file : await put(layout, layout.bytes(written));
          for (const [turn, pass] of passesOf(layout, count).entries()) {
            const asked = questions.filter(({ preview, name }, number) => {
              if (preview && (!pass.previews || layout.via === 'stdin')) return false;
              if (layout.grows && name === 'followed while it grows') return true;
              if (layout.follows) return name === 'followed while it grows';
              // Each is asked several times of files that grow.
              return (number + place + 5 * turn + shift) % (layout.grows ? 8 * every : every) === 0;
            });
            const engine = new Engine({
              layout,
              location,
              files,
              growing: layout.grows?.(written),
              followed: layout.follows?.(written),
              // An index belongs to blocks of one size.
              store: new IndexStore(join(folder, `${count} ${place} ${pass.workers > 0}`), 1e9),
              pool: pools[pass.workers],
              blockSize: pass.workers > 0 ? blockSize : undefined,
              preview,
            });
            try {
              const inOrder = pass.kept ? asked.toReversed() : asked;
              for (const question of inOrder) {
                await check(engine, question, inWords(pass));
                if (layout.grows || question.preview || layout.via === 'stdin' || layout.via === 'http, once')
                  continue;
                await check(engine, question, `${inWords(pass)}, from the columns of the first time`);
              }
            } finally {
              await engine.close();
            }
          }
        });
      }
    });
  }

  /** Answers the paths of several files. */
  async function putParts(parts: readonly FileContent[]): Promise<string[]> {
    const paths = parts.map(({ name }) => join(folder, String(files++), name));
    for (const [at, { bytes }] of parts.entries()) {
      await mkdir(dirname(paths[at]), { recursive: true });
      await writeFile(paths[at], bytes);
    }
    return paths;
  }

  /** Puts a file where the engine is to find it; answers its path or address. */
  async function put(layout: Layout, bytes: Buffer): Promise<string> {
    if (layout.via === 'http' || layout.via === 'http, once') {
      const content = contentOf(bytes);
      const ranges = layout.via === 'http';
      server.handler = (request, response) => serve(request, response, content, { ranges, etag: '"x"' });
      return server.url(`/${files++}/${layout.file}`);
    }
    if (layout.via === 'data') return `data:text/csv;base64,${bytes.toString('base64')}`;
    const path = join(folder, `${files++}-${layout.file}`);
    await writeFile(path, bytes);
    return path;
  }
}

/** Where two answers part, with what is around it. */
function difference(expected: string, got: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === got[at]) at++;
  const around = (text: string): string =>
    `${at > 60 ? '...' : ''}${text.slice(Math.max(0, at - 60), at + 120)}${text.length > at + 120 ? '...' : ''}`;
  return `expected: ${around(expected)}\ngot:      ${around(got)}`;
}
