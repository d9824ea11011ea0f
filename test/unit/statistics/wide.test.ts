import assert from 'node:assert/strict';
import { ColumnKernel } from '../../../src/engine/kernel/columnKernel.ts';
import { FieldColumn, Kind } from '../../../src/engine/format/record.ts';
import { jsonUnescape } from '../../../src/engine/query/fieldText.ts';
import { ByteWriter } from '../../../src/engine/stage/bytes.ts';
import { ByteInput, CellColumn, ColumnSet, summaryOf } from '../../../src/engine/statistics/index.ts';

/** The bytes that are copied into the kernel's memory by a function. */
function copiedBytes(work: () => void): number {
  let copied = 0;
  const own = Object.getOwnPropertyDescriptors(ColumnKernel.prototype);
  const counted = <T>(place: ((bytes: Uint8Array) => T) | undefined) =>
    function (this: ColumnKernel, bytes: Uint8Array): T | undefined {
      copied += bytes.length;
      return place?.call(this, bytes);
    };
  Object.defineProperties(ColumnKernel.prototype, {
    place: { ...own.place, value: counted(own.place.value) },
    placeBeside: { ...own.placeBeside, value: counted(own.placeBeside.value) },
  });
  try {
    work();
  } finally {
    Object.defineProperties(ColumnKernel.prototype, { place: own.place, placeBeside: own.placeBeside });
  }
  return copied;
}

describe('statistics of many columns', () => {
  it('copy a block once, also where each column has texts that must be decoded', () => {
    const columns = 2000;
    const texts = Array.from({ length: columns }, (_, n) => `\\u00e9 \\"text ${n}\\" ${'x'.repeat(n % 50)}`);
    const bytes = Buffer.from(texts.map((text) => `"${text}"`).join(','));
    const input = new ByteInput(bytes);
    const set = new ColumnSet(columns, true, true);
    set.reserve(columns);
    const copied = copiedBytes(() => {
      set.addRows(1, 0);
      let at = 0;
      for (const [column, text] of texts.entries()) {
        const field = new FieldColumn(
          Uint8Array.of(Kind.EscapedText),
          Uint32Array.of(at + 1),
          Uint32Array.of(at + 1 + text.length),
          new Float64Array(0),
        );
        at += text.length + 3;
        const nature = { loose: false };
        set.add(column, { input, column: field, unescape: jsonUnescape, nature }, Uint32Array.of(0), 1);
      }
    });
    assert.ok(copied <= 2 * bytes.length, `${copied} bytes of ${bytes.length}`);
    for (const [n, column] of set.columns.entries()) {
      const [value] = [...column.values.entries()];
      const text = `é "text ${n}" ${'x'.repeat(n % 50)}`;
      assert.equal(Buffer.from(value.bytes).toString(), text);
      assert.equal(summaryOf(column, 0, 'header').kinds.text, 1);
    }
  });

  it('hold as much of each where they come to be seen one by one as where they are known before', () => {
    const [rows, columns] = [300, 1800];
    const all = new ColumnSet(4, false, false);
    const merged = new ColumnSet(4, false, false);
    for (let from = 0; from < rows; from += 100) {
      // Every part has more columns than the one before.
      const seen = Math.ceil((columns * (from + 100)) / rows);
      const part = new ColumnSet(4, false, false);
      for (const set of [all, part]) {
        set.reserve(seen);
        set.addRows(100, 0);
        for (let column = 0; column < seen; column++) {
          if (column % 40 > 1) {
            set.addMissing(column, 100);
            continue;
          }
          const kind = column % 2 === 0 ? 'number' : 'time';
          const cells = Array.from({ length: 100 }, (_, row) => valueAt(kind, from + row, column));
          const field = CellColumn.ofTexts(cells, { loose: true });
          set.add(column, field, field.rows, field.rows.length);
        }
        for (let column = seen; column < set.columns.length; column++) set.addMissing(column, 100);
      }
      const out = new ByteWriter();
      part.write(out);
      merged.merge(out.take(), (column) => column);
    }
    assert.equal(merged.columns.length, columns);
    for (const [n, column] of merged.columns.entries()) {
      assert.deepEqual(summaryOf(column, 0, 'panel'), summaryOf(all.columns[n], 0, 'panel'));
    }
    const [first] = merged.columns;
    assert.equal(first.values.exact, false);
    assert.ok((first.numbers?.quantiles.error ?? 0) > 0);
  });
});

function valueAt(kind: 'number' | 'time', row: number, column: number): string {
  const number = (row * 7919 + column * 31) % 100_003;
  return kind === 'number' ? String(number / 8) : new Date(1.7e12 + number * 1e6).toISOString();
}
