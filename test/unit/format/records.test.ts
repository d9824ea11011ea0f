import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CsvDialect } from '../../../src/engine/format/csv/dialect.ts';
import { createKernelCsvScanner } from '../../../src/engine/format/csv/scanner.ts';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import type { FieldRequest, Scanner } from '../../../src/engine/format/record.ts';
import { said } from '../../../src/said/said.ts';
import { memorySource } from '../../support/memory.ts';
import { createPlainJsonlScanner } from '../../../src/engine/format/json/lines.ts';
import { records } from '../../../src/engine/format/records.ts';
import { SourceError, type Source } from '../../../src/engine/source/source.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const signal = new AbortController().signal;

/** A source over bytes in memory whose reads are as short as `most`. */
function sourceOf(bytes: Uint8Array, most: number): Source {
  return {
    name: 'memory',
    size: bytes.length,
    random: true,
    read: (into, position) => {
      const part = bytes.subarray(position, position + Math.min(most, into.length));
      into.set(part);
      return Promise.resolve(part.length);
    },
    close: () => Promise.resolve(),
  };
}

interface Found {
  readonly offset: number;
  readonly text: string;
}

async function read(
  bytes: Uint8Array,
  blockSize: number,
  from: number,
  to: number,
  start: number | undefined,
  most = 7,
) {
  const found: Found[] = [];
  let next = start;
  let lines = 0;
  const run = { start, from, to, end: bytes.length };
  const source = sourceOf(bytes, most);
  for await (const placed of records(source, createPlainJsonlScanner(), run, blockSize, [], signal)) {
    const { count, starts, ends, offset, lineCount } = placed.records;
    if (next !== undefined) assert.equal(placed.start, next);
    next = placed.next;
    lines += lineCount;
    for (let i = 0; i < count; i++) {
      found.push({
        offset: offset + starts[i],
        text: decoder.decode(placed.records.bytes.subarray(starts[i], ends[i])),
      });
    }
  }
  return { found, next, lines };
}

const line = fc.oneof(
  fc.constant(''),
  fc.constant('7'),
  fc.string({ maxLength: 40, unit: 'grapheme' }).map((s) => JSON.stringify(s)),
);

describe('format/records', () => {
  it('gives the same records for every block size and every split, as splitting the text does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 64 }),
        async (lines, ended, blockSize) => {
          const text = lines.join('\n') + (ended ? '\n' : '');
          const bytes = encoder.encode(text);
          const expected = text.split('\n').filter((one) => one !== '');
          const whole = await read(bytes, blockSize, 0, bytes.length, 0);
          assert.deepEqual(
            whole.found.map((one) => one.text),
            expected,
          );

          // Every block alone, its start guessed, then checked against the one before as the engine does.
          const found: Found[] = [];
          let next = 0;
          for (let from = 0; from < bytes.length; from += blockSize) {
            const to = Math.min(from + blockSize, bytes.length);
            const guess = await read(bytes, blockSize, from, to, undefined);
            const known = await read(bytes, blockSize, from, to, Math.max(next, from));
            if (next < to)
              assert.deepEqual(guess.found, known.found, 'a JSONL block can be cut without knowing more');
            found.push(...known.found);
            next = known.next ?? next;
          }
          assert.deepEqual(found, whole.found);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads no more than the block and its look-ahead for the first block of a large file', async () => {
    const bytes = encoder.encode('{"a":1}\n'.repeat(100_000));
    let most = 0;
    const source = sourceOf(bytes, Infinity);
    const counted: Source = {
      ...source,
      read: (into, position) => {
        most = Math.max(most, position + into.length);
        return source.read(into, position);
      },
    };
    const run = { start: 0, from: 0, to: bytes.length, end: bytes.length };
    for await (const _ of records(counted, createPlainJsonlScanner(), run, 1024, [], signal)) break;
    assert(most > 0 && most <= 1024 + 64 * 1024, `read up to ${most}`);
  });

  it('says so when a source ends before it should, after what was whole', async () => {
    const bytes = encoder.encode('1\n2\n{"a":\n4');
    const run = { start: 0, from: 0, to: 100, end: 100 };
    let [seen, malformed] = [0, 0];
    await assert.rejects(async () => {
      for await (const placed of records(
        sourceOf(bytes, 100),
        createPlainJsonlScanner(),
        run,
        100,
        [],
        signal,
      )) {
        seen += placed.records.count;
        malformed += placed.records.faulty;
      }
    }, /memory ends at byte 11, before the 100 bytes/);
    assert.deepEqual([seen, malformed], [3, 1], 'what may have been cut at the end is not among them');
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    const bytes = encoder.encode('1\n'.repeat(1000));
    const run = { start: 0, from: 0, to: bytes.length, end: bytes.length };
    let blocks = 0;
    await assert.rejects(
      async () => {
        for await (const _ of records(
          sourceOf(bytes, 100),
          createPlainJsonlScanner(),
          run,
          4,
          [],
          controller.signal,
        )) {
          if (++blocks === 3) controller.abort();
        }
      },
      { name: 'AbortError' },
    );
    assert.equal(blocks, 3);
  });

  it('leave a record out that a failing source has cut, whatever is asked of the rest', async () => {
    const text = Array.from({ length: 5 }, (_, i) => `{"n":${i},"t":"abc"}\n`).join('');
    const csv = text.replaceAll(/\{"n":(\d),"t":"abc"\}/g, '$1,abc');
    const dialect: CsvDialect = {
      delimiter: ',',
      quote: '"',
      escape: 'double',
      comment: '',
      lineEnd: 'lf',
      headerLines: 0,
      tableStart: 0,
      columns: ['n', 't'],
    };
    const layouts: [string, Scanner, FieldRequest['path'][]][] = [
      [text, createKernelJsonlScanner(), [['n'], ['t']]],
      [csv, createKernelCsvScanner(dialect), [[0], [1]]],
    ];
    for (const [content, scanner, paths] of layouts) {
      const bytes = Buffer.from(content);
      const cutAt = bytes.length - 3;
      const source = memorySource(bytes.subarray(0, cutAt), {
        before: (position) => {
          if (position >= cutAt) throw new SourceError('failed', said`broken`, position);
        },
      });
      const fields = paths.map((path) => ({ path, numeric: true }));
      const run = { start: 0, from: 0, to: bytes.length, end: bytes.length };
      const holding = { bytes: Buffer.from('abc'), foldCase: false };
      const seen: number[][] = [];
      const reading = async () => {
        for await (const { records: block } of records(source, scanner, run, 4096, fields, signal, holding)) {
          const [numbers] = block.fields;
          const all = Array.from({ length: block.count }, (_, record) => record);
          assert.deepEqual([...(numbers.ranges?.select(-Infinity, Infinity, true) ?? all)], all);
          assert.deepEqual([...(block.held ?? all)], all);
          seen.push([...numbers.numbers]);
        }
      };
      await assert.rejects(reading, SourceError);
      assert.deepEqual(seen, [[0, 1, 2, 3]]);
    }
  });
});
