import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createKernelJsonDocumentScanner } from '../../../../../src/engine/format/json/document/scanner.ts';
import { findRows } from '../../../../../src/engine/format/json/document/find.ts';
import type { PatternStep } from '../../../../../src/engine/format/json/document/pattern.ts';
import { streamElements } from '../../../../../src/engine/format/json/document/stream.ts';
import { records } from '../../../../../src/engine/format/records.ts';
import { memorySource } from '../../../../support/memory.ts';

async function streamed(text: string, steps: readonly PatternStep[], comments = false): Promise<string[]> {
  const texts: string[] = [];
  for await (const element of streamElements(memorySource(Buffer.from(text), { most: 7 }), steps, comments)) {
    texts.push(element);
  }
  return texts;
}

async function scanned(text: string, path: string): Promise<unknown[]> {
  const bytes = Buffer.from(text);
  const { rows } = await findRows(memorySource(bytes), path);
  assert.ok(rows);
  const values: unknown[] = [];
  const run = { start: rows.start, from: 0, to: bytes.length, end: bytes.length };
  const { signal } = new AbortController();
  for await (const { records: block } of records(
    memorySource(bytes),
    createKernelJsonDocumentScanner(rows),
    run,
    64,
    [],
    signal,
  )) {
    for (let row = 0; row < block.count; row++) {
      assert.equal(block.faults[row], 0);
      values.push(
        JSON.parse(Buffer.from(block.bytes.subarray(block.starts[row], block.ends[row])).toString()),
      );
    }
  }
  return values;
}

describe('elements by stream-json', () => {
  it('are the rows that the scanner finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 6 }),
        async (items) => {
          const spaced = JSON.stringify(items, undefined, 1);
          const text = `{"x":[[1],{"rows":0}],"in":{"rows":${spaced}},"rows":[9]}`;
          const values = (await streamed(text, ['in', 'rows', null])).map(
            (each) => JSON.parse(each) as unknown,
          );
          assert.deepEqual(values, JSON.parse(JSON.stringify(items)));
          assert.deepEqual(await scanned(text, '$.in.rows[*]'), values);

          const texts = items.map((item) => JSON.stringify({ item }, undefined, 1)).join('\n');
          const documents = (await streamed(texts, [])).map((each) => JSON.parse(each) as unknown);
          assert.deepEqual(await scanned(texts, '$'), documents);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are the same with comments and trailing commas', async () => {
    const text = '// a\n{"r":[{"a":1,/* b */},\n[2,],// c\n"//",]}';
    const values = (await streamed(text, ['r', null], true)).map((each) => JSON.parse(each) as unknown);
    assert.deepEqual(values, [{ a: 1 }, [2], '//']);
    assert.deepEqual(await scanned(text, '$.r[*]'), values);
  });

  it('go through several lists, and keep the text of numbers', async () => {
    const text = '{"a":[{"b":[1.50,{"c":12345678901234567890}]},{"b":[]},{"b":["é\\n"],"d":[0]}]}';
    assert.deepEqual(await streamed(text, ['a', null, 'b', null]), [
      '1.50',
      '{"c":12345678901234567890}',
      '"é\\n"',
    ]);
    assert.deepEqual(await streamed('1 2.0', []), ['1', '2.0']);
  });

  it('end with an error where the document does not', async () => {
    const message = (text: string, place: string) => {
      const words = new RegExp(`is not valid JSON ${place}: `);
      return assert.rejects(streamed(text, [null]), words);
    };
    await message('[{"a":1},{"a"', 'at its end, byte 13');
    await message('[1,}', 'between bytes 0 and \\d+');
  });
});
