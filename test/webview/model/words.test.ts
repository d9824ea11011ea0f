import assert from 'node:assert/strict';
import type { Outcome, ViewState } from '../../../src/protocol/preview.ts';
import { orderWords, resultWords } from '../../../src/webview/model/words.ts';

describe('webview/model/words', () => {
  const asked: Outcome = { rows: 'records', filtered: false, limited: false, order: [], additive: [] };
  const byMs = [{ key: 'ms', descending: true }];

  function words(outcome: Partial<Outcome>, matched: number, records: number, running = false): string {
    const state: ViewState = {
      ...{ view: 1, query: 'x', malformed: 0, scanned: 0, total: 0, skipped: 0, elapsedMs: 0 },
      ...{ columns: undefined, said: undefined, matched, records },
      outcome: { ...asked, ...outcome },
      phase: running ? 'running' : 'done',
    };
    return resultWords(state);
  }

  it('says how many records match only where a condition was asked', () => {
    assert.equal(words({ filtered: true }, 5, 4_032_598), '5 of 4,032,598 records match');
    assert.equal(words({ filtered: true }, 1, 2), '1 of 2 records matches');
    assert.equal(words({ filtered: true }, 1, 1), '1 of 1 record matches');
    assert.equal(words({ order: byMs }, 1000, 1000), '1,000 records');
  });

  it('says groups and rows where the rows are no records', () => {
    assert.equal(words({ rows: 'groups', filtered: true }, 5, 4_032_598), '5 groups from 4,032,598 records');
    assert.equal(words({ rows: 'groups' }, 1, 1), '1 group from 1 record');
    assert.equal(words({ rows: 'rows' }, 2000, 1000), '2,000 rows from 1,000 records');
    assert.equal(words({ rows: 'rows' }, 1, 1000), '1 row from 1,000 records');
  });

  it('counts what was scanned where LIMIT or TABLESAMPLE ends a scan early', () => {
    assert.equal(words({ limited: true, filtered: true }, 100, 8192), '100 records from 8,192 scanned');
  });

  it('says what is scanned while groups and sorted rows are still to come', () => {
    assert.equal(words({ rows: 'groups' }, 0, 8192, true), '8,192 records scanned');
    assert.equal(words({ order: byMs }, 0, 1, true), '1 record scanned');
    assert.equal(words({ filtered: true }, 0, 8192, true), '0 of 8,192 records match');
  });

  it('names the keys of a sort', () => {
    assert.equal(orderWords({ ...asked, order: byMs }), 'Sorted by ms, descending');
    const two = [...byMs, { key: 'path', descending: false }];
    assert.equal(orderWords({ ...asked, order: two }), 'Sorted by ms, descending, then path');
    assert.equal(orderWords(asked), '');
  });
});
