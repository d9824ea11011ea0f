import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { exportToFile } from '../../../src/engine/run/export/export.ts';
import { makeFifo } from '../../support/fifo.ts';

const { signal } = new AbortController();

/** All characters of an encoding with their bytes, by decoding what there is. */
function repertoire(label: string): [string, number[]][] {
  const decoder = new TextDecoder(label);
  const wide = !/^(windows|iso|koi8)/.test(label);
  const all: number[][] = [];
  for (let lead = 0x80; lead < 0x100; lead++) {
    if (!wide) all.push([lead]);
    else for (let trail = 0x40; trail < 0xff; trail += 3) all.push([lead, trail]);
  }
  return all.flatMap((bytes): [string, number[]][] => {
    const text = decoder.decode(Uint8Array.from(bytes));
    return /^[^\u0000-\u00a0\ufffd]$/u.test(text) ? [[text, bytes]] : [];
  });
}

type Piece = readonly number[];

interface Encoding {
  readonly label: string;
  readonly mark: Piece;
  readonly ascii: (text: string) => Piece;
  readonly character: fc.Arbitrary<Piece>;
}

function encodingOf(label: string): Encoding {
  const characters = repertoire(label).map(([, bytes]) => bytes);
  return {
    label,
    mark: [],
    ascii: (text) => [...Buffer.from(text, 'latin1')],
    // Bytes that nothing is known of as well.
    character: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...characters) },
      fc.constantFrom([0xff], [0x81]),
    ),
  };
}

function utf16(label: 'utf-16le' | 'utf-16be', mark: Piece): Encoding {
  const encode = (text: string): Piece => {
    const bytes = Buffer.from(text, 'utf16le');
    return [...(label === 'utf-16le' ? bytes : bytes.swap16())];
  };
  const character = fc.constantFrom('é', '語', '\u{1f600}', 'x', '\ud800').map(encode);
  return { label, mark, ascii: encode, character };
}

const encodings = [
  utf16('utf-16le', []),
  utf16('utf-16le', [0xff, 0xfe]),
  utf16('utf-16be', [0xfe, 0xff]),
  ...['windows-1252', 'iso-8859-2', 'koi8-r', 'gbk', 'gb18030', 'big5', 'euc-jp', 'euc-kr', 'shift_jis'].map(
    encodingOf,
  ),
];

describe('_offset in a file of another encoding', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-offsets-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function open<T>(path: string, encoding: string, use: (dataset: Dataset) => Promise<T>): Promise<T> {
    const dataset = await Dataset.open({ kind: 'file', path, encoding }, { signal, blockSize: 4096 });
    try {
      return await use(dataset);
    } finally {
      await dataset.close();
    }
  }

  async function rows(dataset: Dataset, query: string): Promise<{ o: number }[]> {
    const target = join(folder, 'out.jsonl');
    await exportToFile(dataset, { query, to: 'jsonl', target }, { signal, progress: () => undefined });
    const lines = (await readFile(target, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as { o: number });
  }

  async function rejected(dataset: Dataset): Promise<number[]> {
    const offsets: number[] = [];
    const scan = { query: undefined, output: { kind: 'count' }, malformed: 'collect' } as const;
    for await (const { result } of dataset.scan(scan, signal)) {
      for (const { offset } of result?.rejects ?? []) offsets.push(offset);
    }
    return offsets;
  }

  for (const { label, mark, ascii, character } of encodings) {
    it(`is the byte in the file: ${label}${mark.length > 0 ? ' with its mark' : ''}`, async () => {
      const cell = fc.array(character, { maxLength: 12 }).map((pieces) => pieces.flat());
      await fc.assert(
        fc.asyncProperty(
          fc.array(cell, { minLength: 1, maxLength: 30 }),
          fc.integer({ min: 1, max: 60 }),
          async (cells, times) => {
            const bytes: number[] = [...mark, ...ascii('n,t\n')];
            const expected: number[] = [];
            for (let n = 0; n < times; n++) {
              for (const cell of cells) {
                expected.push(bytes.length);
                bytes.push(...ascii(`${n},"`), ...cell, ...ascii(n === 7 ? '\n' : '"\n'));
              }
            }
            const path = join(folder, 'file.csv');
            await writeFile(path, Buffer.from(bytes));
            await open(path, label, async (dataset) => {
              const found = await rows(dataset, '|> SELECT _offset AS o');
              if (times <= 7)
                assert.deepEqual(
                  found.map(({ o }) => o),
                  expected,
                );
              else
                assert.deepEqual(
                  found.map(({ o }) => o).filter((o) => !expected.includes(o)),
                  [],
                );

              const middle = expected[expected.length >> 1];
              const rest = await rows(dataset, `_offset >= ${middle} |> SELECT _offset AS o`);
              assert.deepEqual(
                rest,
                found.filter(({ o }) => o >= middle),
              );

              const parts = dataset.known.parts(found.length >> 1, 5);
              const page = await dataset.page(undefined, parts, { kind: 'raw', limit: 10 }, signal);
              assert.deepEqual(
                [...page.offsets],
                found.slice(found.length >> 1, (found.length >> 1) + 5).map(({ o }) => o),
              );
              for (let row = 0; row < page.rows; row++) {
                assert.equal(await dataset.positionOf(page.offsets[row], signal), page.positions[row]);
              }
              const odd = await rejected(dataset);
              assert.deepEqual(
                odd.filter((offset) => !expected.includes(offset)),
                [],
              );
            });
          },
        ),
        { numRuns: 8 },
      );
    });
  }

  it('is that of a pipe as well', async function () {
    if (process.platform === 'win32') this.skip();
    const path = join(folder, 'pipe.csv');
    if (!makeFifo(path)) this.skip();
    const lines = Array.from({ length: 20_000 }, (_, n) => `${n},${'é'.repeat(n % 50)}\n`);
    const writing = writeFile(path, Buffer.from(`n,t\n${lines.join('')}`, 'latin1'));
    await open(path, 'windows-1252', async (dataset) => {
      const found = await rows(dataset, '|> SELECT _offset AS o');
      let at = 4;
      for (const [n, line] of lines.entries()) {
        assert.equal(found[n].o, at);
        at += line.length;
      }
    });
    await writing;
  });
});
