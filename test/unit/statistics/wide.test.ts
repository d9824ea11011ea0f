import assert from 'node:assert/strict';
import { ColumnKernel } from '../../../src/engine/kernel/columnKernel.ts';
import { FieldColumn, Kind } from '../../../src/engine/format/record.ts';
import { jsonUnescape } from '../../../src/engine/query/fieldText.ts';
import { ByteInput, ColumnSet, summaryOf } from '../../../src/engine/statistics/index.ts';

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
});
