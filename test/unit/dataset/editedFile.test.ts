import assert from 'node:assert/strict';
import {
  appendFile,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { runs } from '../../support/long.ts';
import { ViewRun } from '../../../src/engine/run/viewRun.ts';
import { told } from '../../support/said.ts';

const signal = new AbortController().signal;
const blockSize = 512;
/** Edits in all. */
const edits = runs(120, 1000);
const editsOfFile = 12;

const row = {
  jsonl: (n: number, word: string): string => `{"n":${n},"w":"${word}"}\n`,
  csv: (n: number, word: string): string => `${n},${word}\n`,
};
type Format = keyof typeof row;

const word = fc.constantFrom('open', 'paid', 'void', '"a,b"', '"open', 'close"', '"', 'paid"\n', '{');
const rows = fc.array(fc.record({ n: fc.nat(400), word }), { maxLength: 60 });

/** An edit of a file at a place, given as a share of its length. */
const at = fc.double({ min: 0, max: 1, noNaN: true });
const edit = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('append'), rows, cut: fc.nat(20) } as const) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('changeAndGrow'), at, rows, text: word } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('overwrite'), at, text: word } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut'), at, rows } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace'), at, rows } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'touch' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'nothing' } as const) },
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

const query = fc.constantFrom(
  'n >= 390',
  'n < 3',
  'n BETWEEN 100 AND 110',
  "w = 'paid'",
  "w = 'void'",
  "w > 'p'",
  '_error IS NOT NULL',
  'n >= 5 |> LIMIT 7',
  '',
);

interface Step {
  readonly edit: Edit;
  /** Whether the file's time is set back afterwards. */
  readonly restore: boolean;
  /** Whether times are to be trusted as those of a file that nobody has touched for long. */
  readonly old: boolean;
  readonly asked: readonly { readonly query: string; readonly how: 'view' | 'scan' | 'index' | 'collect' }[];
}

const step: fc.Arbitrary<Step> = fc.record({
  edit,
  restore: fc.boolean(),
  old: fc.boolean(),
  asked: fc.array(fc.record({ query, how: fc.constantFrom('view', 'scan', 'index', 'collect') } as const), {
    minLength: 1,
    maxLength: 4,
  }),
});

describe('an index that is kept of a file that is edited', () => {
  let folder = '';
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'))));
  afterEach(() => rm(folder, { recursive: true }));

  for (const format of ['jsonl', 'csv'] as const) {
    it(`answers what reading answers: ${format}`, async () => {
      let file = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: editsOfFile, maxLength: editsOfFile }),
          async (steps) => {
            const path = join(folder, `${file++}.${format}`);
            const store = new IndexStore(join(folder, 'cache'), 1e6);
            await writeFile(path, contentOf(format));
            for (const { edit, restore, old, asked } of steps) {
              await apply(edit, path, format, restore);
              const restMs = old ? -Infinity : undefined;
              const kept = await Dataset.open({ kind: 'file', path }, { signal, blockSize, store, restMs });
              const plain = await Dataset.open({ kind: 'file', path }, { signal, blockSize });
              try {
                for (const { query, how } of asked) {
                  assert.deepEqual(await answer(kept, query, how), await answer(plain, query, how));
                }
              } finally {
                await kept.close();
                await plain.close();
              }
            }
          },
        ),
        { numRuns: Math.ceil(edits / editsOfFile / 2) },
      );
    });
  }
});

/** Numbers that rise, so that zones rule blocks out. */
function contentOf(format: Format): string {
  const lines = Array.from({ length: 400 }, (_, n) => row[format](n, 'open'));
  return (format === 'csv' ? 'n,w\n' : '') + lines.join('');
}

function textOf(format: Format, list: readonly { readonly n: number; readonly word: string }[]): string {
  return list.map(({ n, word }) => row[format](n, word)).join('');
}

async function apply(edit: Edit, path: string, format: Format, restore: boolean): Promise<void> {
  const before = await stat(path, { bigint: true });
  const at = 'at' in edit ? Math.floor(edit.at * Number(before.size)) : 0;
  switch (edit.kind) {
    case 'append': {
      const text = textOf(format, edit.rows);
      await appendFile(path, text.slice(0, Math.max(0, text.length - edit.cut)));
      break;
    }
    case 'overwrite':
      await overwrite(path, edit.text, Math.max(0, Math.min(at, Number(before.size) - edit.text.length)));
      break;
    case 'changeAndGrow': {
      // As a dump of the next day is, written into the same file.
      const place = (await readFile(path)).indexOf('open', at);
      await overwrite(path, edit.text, place === -1 ? at : place);
      await appendFile(path, textOf(format, edit.rows));
      break;
    }
    case 'cut':
      await truncate(path, Math.floor((at + Number(before.size)) / 2));
      await appendFile(path, textOf(format, edit.rows));
      break;
    case 'replace': {
      const text = contentOf(format);
      await writeFile(`${path}.new`, text.slice(0, at) + textOf(format, edit.rows) + text.slice(at));
      await rename(`${path}.new`, path);
      break;
    }
    case 'touch':
      await utimes(path, new Date(), new Date());
      break;
    case 'nothing':
      return;
  }
  // File systems' clocks move in steps: an edit may not be seen before the next one.
  for (;;) {
    const time = new Date(restore ? Number(before.mtimeMs) : Date.now());
    await utimes(path, time, time);
    const now = await stat(path, { bigint: true });
    if (now.ctimeNs !== before.ctimeNs) return;
  }
}

async function overwrite(path: string, text: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(text, at);
  await file.close();
}

async function answer(dataset: Dataset, query: string, how: 'view' | 'scan' | 'index' | 'collect') {
  const planned = plannedFor(query, dataset.recognised.format);
  if (how === 'view') {
    const run = new ViewRun(1, planned, dataset);
    const { matched, records, malformed, phase, said } = await run.run(signal, () => undefined);
    assert.equal(phase, 'done', told({ said }));
    const cells = { kind: 'raw', limit: 100 } as const;
    const page = await run.page(Math.max(0, matched - 5), 5, cells, signal);
    const { text, records: numbers, lines, offsets } = page;
    // How much more is read than LIMIT needs is another matter.
    if (query.includes('LIMIT')) return { matched, text: String(text), numbers, lines, offsets };
    return { matched, records, malformed, text: String(text), numbers, lines, offsets };
  }
  let [matched, records, malformed] = [0, 0, 0];
  const bytes: string[] = [];
  const rejects: unknown[] = [];
  const scan =
    how === 'index'
      ? ({ query: undefined, output: { kind: 'count' } } as const)
      : ({
          query: planned,
          output: { kind: 'bytes', to: 'same', columns: [] },
          malformed: how === 'collect' ? 'collect' : 'keep',
        } as const);
  for await (const { blocks, result } of dataset.scan(scan, signal)) {
    for (const block of blocks) {
      matched += block.matched;
      records += block.records;
      malformed += block.malformed;
    }
    if (result?.bytes) bytes.push(Buffer.from(result.bytes).toString());
    if (result) rejects.push(...result.rejects);
  }
  if (query.includes('LIMIT')) return { bytes: bytes.join('') };
  return { matched: how === 'index' ? 0 : matched, records, malformed, bytes: bytes.join(''), rejects };
}
