import assert from 'node:assert/strict';
import { Uri } from 'vscode';
import { exportedWords, failedWords, mayGoBetter, rejectedWords } from '../../src/extension/exportWords.ts';
import type { ExportSummary } from '../../src/protocol/engine.ts';
import { RemoteError } from '../../src/protocol/rpc.ts';
import { said } from '../../src/said/said.ts';

describe('what an export says', () => {
  const target = Uri.file('/data/out.csv');
  const summary = (changes: Partial<ExportSummary>): ExportSummary => ({
    ...{ records: 5000, matched: 400, written: 400, malformed: 0 },
    ...{ scanned: 1, total: 1, elapsedMs: 1 },
    ...changes,
  });

  it('names the file and what was written', () => {
    assert.deepEqual(exportedWords(target, summary({ matched: 4261 }), 'jsonl'), {
      done: 'Exported 4,261 records to out.csv.',
      left: '',
    });
    assert.equal(exportedWords(target, summary({ matched: 1 }), 'csv').done, 'Exported 1 record to out.csv.');
    const { done } = exportedWords(target, summary({ asText: ['a', 'b'], otherTables: [47] }), 'csv');
    assert.equal(
      done,
      'Exported 400 records to out.csv. Written as text, because the values have several types: a, b. Other tables in the file were not exported.',
    );
  });

  it('does not call irregular rows of a table skipped, which it writes', () => {
    const { left } = exportedWords(target, summary({ malformed: 21 }), 'csv');
    assert.equal(
      left,
      '21 records that were read are irregular. Those that match were exported as they stand.',
    );
    const one = exportedWords(target, summary({ malformed: 1 }), 'csv');
    assert.equal(
      one.left,
      '1 record that was read is irregular. If it matches, it was exported as it stands.',
    );
    const skipped = ['jsonl', 'json', 'log', undefined] as const;
    for (const format of skipped) {
      assert.equal(
        exportedWords(target, summary({ malformed: 40 }), format).left,
        'Skipped 40 malformed records.',
      );
    }
  });

  it('counts malformed records where those are exported, not the others', () => {
    const counts = { records: 19_999, matched: 19_959, malformed: 40 };
    assert.equal(rejectedWords(target, summary(counts)), 'Exported 40 malformed records to out.csv.');
    assert.equal(
      rejectedWords(target, summary({ ...counts, malformed: 1 })),
      'Exported 1 malformed record to out.csv.',
    );
  });

  it('says whether a file of that name is still what it was', () => {
    const failure = new Error('No room.');
    assert.equal(
      failedWords(target, true, failure),
      `Export failed; ${target.fsPath} was not changed. No room.`,
    );
    assert.equal(
      failedWords(target, false, failure),
      `Export failed; ${target.fsPath} was not written. No room.`,
    );
  });

  it('offers to try again only what may go better', () => {
    const failed = (kind: string): boolean => mayGoBetter(new RemoteError({ kind, said: said`x` }));
    for (const kind of [
      'no-room',
      'too-large',
      'no-permission',
      'unreachable',
      'changed',
      'failed',
      'restarted',
    ])
      assert.ok(failed(kind), kind);
    for (const kind of ['query', 'unsupported', 'too-many-columns', 'corrupt', 'same-target'])
      assert.ok(!failed(kind), kind);
    assert.ok(mayGoBetter(new Error('Nobody knows.')));
  });
});
