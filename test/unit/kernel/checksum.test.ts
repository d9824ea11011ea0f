import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPlainCsvScanner } from '../../../src/engine/format/csv/csv.ts';
import { createKernelCsvScanner } from '../../../src/engine/format/csv/scanner.ts';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import { createPlainJsonlScanner } from '../../../src/engine/format/json/lines.ts';
import { checksumOf } from '../../../src/engine/kernel/checksum.ts';
import { plainDialect } from '../../support/csvRecords.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 5000, size: 'max' }).map((it) => Buffer.from(it));

describe('the checksum of a block', () => {
  it('is that of the bytes, in every scanner and at every place of its buffer', () => {
    const scanners = [
      createPlainJsonlScanner(),
      createKernelJsonlScanner(),
      createPlainCsvScanner(plainDialect),
      createKernelCsvScanner(plainDialect),
    ];
    fc.assert(
      fc.property(text, fc.nat(100), (bytes, at) => {
        const sum = checksumOf(bytes);
        assert.ok(Number.isSafeInteger(sum) && sum >= 0);
        for (const scanner of scanners) {
          scanner.reserve(at + bytes.length + 100).fill(1);
          scanner.reserve(at + bytes.length + 100).set(bytes, at);
          assert.equal(scanner.checksum(at, at + bytes.length), sum);
        }
      }),
    );
  });

  it('is another for any change of a character, a place or a length', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.integer({ min: 1, max: 127 }), (bytes, place, by) => {
        const sums = [checksumOf(bytes), checksumOf(Buffer.concat([bytes, Buffer.of(0)]))];
        if (bytes.length > 0) {
          const other = Uint8Array.from(bytes);
          const at = place % bytes.length;
          other[at] = other[at] < 128 ? (other[at] + by) % 128 : other[at] ^ 1;
          sums.push(checksumOf(other), checksumOf(bytes.subarray(1)), checksumOf(bytes.subarray(0, -1)));
          if (bytes.length === 1) sums.splice(-1);
        }
        assert.equal(new Set(sums).size, sums.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('is another where stretches have changed places', () => {
    const parts = Array.from({ length: 40 }, (_, i) => Buffer.alloc([32, 128, 1024][i % 3], `part ${i};`));
    const sums = new Set([checksumOf(Buffer.concat(parts))]);
    for (let i = 0; i < parts.length; i++) {
      for (let j = i + 3; j < parts.length; j += 3) {
        const swapped = [...parts];
        [swapped[i], swapped[j]] = [parts[j], parts[i]];
        const before = sums.size;
        sums.add(checksumOf(Buffer.concat(swapped)));
        assert.equal(sums.size, before + 1);
      }
    }
  });

  it('is the same of pieces', () => {
    const bytes = Buffer.alloc(3.3e6, 'some text that is repeated, 47 bytes long. \n');
    const scanner = createKernelJsonlScanner();
    scanner.reserve(bytes.length).set(bytes);
    for (const length of [bytes.length, 2 ** 20, 2 ** 20 + 1, 2 ** 21, 2 ** 21 - 33]) {
      assert.equal(checksumOf(bytes.subarray(0, length)), scanner.checksum(0, length));
    }
  });

  it('stays what it is: it is kept on disk', () => {
    assert.equal(checksumOf(Buffer.from('')), 4619029845522313);
    assert.equal(checksumOf(Buffer.from('{"n":1}\n'.repeat(1000))), 683254563072574);
  });
});
