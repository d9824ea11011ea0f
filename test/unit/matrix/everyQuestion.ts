import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { IndexStore } from '../../../src/engine/index/store.ts';
import type { WorkerPool } from '../../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../../src/engine/pool/task.ts';
import { contentOf, serve, TestServer } from '../../support/httpServer.ts';
import { scanPool } from '../../support/pool.ts';
import { Preview } from '../../support/preview.ts';
import { Engine } from './engine.ts';
import { Written, type FileContent, type Layout } from './layouts.ts';
import { isAskedAgain, passesOf, questionsOf, sizes, type Pass, type Size } from './plan.ts';
import type { Question } from './questions.ts';
import { Rows } from './records.ts';

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

  for (const size of chosen) {
    const { count, blockSize } = size;
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
        const passes = passesOf(layout, size);
        if (passes.length === 0) continue;
        it(layout.name, async () => {
          assert.ok(written);
          const files = layout.parts && (await putParts(layout.parts(written)));
          const location = files ? layout.file : await put(layout, layout.bytes(written));
          for (const pass of passes) {
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
              for (const question of questionsOf(layout, place, size, pass)) {
                await check(engine, question, inWords(pass));
                if (!isAskedAgain(layout, pass, question)) continue;
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
