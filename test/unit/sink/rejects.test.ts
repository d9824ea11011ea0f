import assert from 'node:assert/strict';
import { csvFormat, rejectsOf } from '../../support/exports.ts';
import { plainDialect } from '../../support/csvRecords.ts';

describe('rejects', () => {
  it('have the place, the reason and the text of each malformed record, whatever the blocks', () => {
    const text = '{"a":1}\n\n{"a":\n{"a":"é\u2028"}\r\n{"b":01}\n';
    for (let blockSize = 1; blockSize <= text.length + 2; blockSize++) {
      assert.deepEqual(rejectsOf(Buffer.from(text), { kind: 'jsonl' }, blockSize), [
        {
          record: 2,
          line: 3,
          offset: 9,
          reason: 'The record ends in the middle of a value.',
          raw: '{"a":',
          at: 5,
        },
        {
          record: 4,
          line: 5,
          offset: 30,
          reason: 'This is not a JSON number.',
          raw: '{"b":01}',
          at: 6,
        },
      ]);
    }
  });

  it('have the bytes of what is not UTF-8', () => {
    const raw = Buffer.from('{"a":"\xff\x00"}', 'latin1');
    const [reject] = rejectsOf(raw, { kind: 'jsonl' }, 100);
    assert.deepEqual(reject, {
      record: 1,
      line: 1,
      offset: 0,
      reason: "The record contains bytes that are invalid in the file's encoding.",
      raw: '{"a":"\ufffd\0"}',
      at: 6,
      raw_base64: raw.toString('base64'),
    });
  });

  it('join the base64 of a long record', () => {
    const raw = Buffer.alloc(7 * 1024 * 1024 + 1, 0xff);
    const [reject] = rejectsOf(raw, { kind: 'jsonl' }, raw.length) as [{ raw_base64: string }];
    assert.ok(Buffer.from(reject.raw_base64, 'base64').equals(raw));
  });

  it('are odd rows as well, and a row that runs over lines with all of them', () => {
    const dialect = { ...plainDialect, columns: ['a', 'b'], headerLines: 1 };
    const text = 'a,b\n"x\ny",1,2\nok,ok\nz\n';
    assert.deepEqual(rejectsOf(Buffer.from(text), csvFormat(dialect), 5), [
      {
        record: 1,
        line: 1,
        offset: 4,
        reason: 'The row has more fields than the header.',
        raw: '"x\ny",1,2',
        at: 8,
      },
      {
        record: 3,
        line: 4,
        offset: 20,
        reason: 'The row has fewer fields than the header.',
        raw: 'z',
        at: 1,
      },
    ]);
  });
});
