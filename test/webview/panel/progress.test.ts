import assert from 'node:assert/strict';
import type { ViewState } from '../../../src/protocol/preview.ts';
import { asSentence, bytes, duration, setBundle, t } from '../../../src/webview/l10n.ts';
import { said } from '../../../src/said/said.ts';
import { paceOf } from '../../../src/webview/panel/progress.tsx';

const state: ViewState = {
  view: 1,
  query: 'x',
  outcome: { rows: 'records', filtered: true, limited: false, order: [], additive: [] },
  phase: 'running',
  matched: 10,
  records: 100,
  malformed: 0,
  scanned: 1000,
  total: 10_000,
  skipped: 4000,
  elapsedMs: 2000,
  columns: undefined,
  said: undefined,
};

describe('webview/panel/progress', () => {
  it('counts skipped bytes as done, but not into the rate', () => {
    assert.deepEqual(paceOf(state), {
      ...{ share: 0.5, perSecond: 500, leftMs: 10_000 },
      known: true,
    });
  });

  it('tells no speed and no time where nearly nothing was read', () => {
    for (const scanned of [0, 12]) {
      const { known, leftMs, perSecond } = paceOf({ ...state, scanned });
      assert.deepEqual([known, leftMs], [false, undefined]);
      assert(perSecond >= 0);
    }
  });

  it('says nothing of the time left while nothing is known of it', () => {
    assert.equal(paceOf({ ...state, elapsedMs: 100 }).leftMs, undefined);
    assert.equal(paceOf({ ...state, total: undefined }).leftMs, undefined);
    assert.equal(paceOf({ ...state, total: undefined }).share, undefined);
    assert.equal(paceOf({ ...state, total: 0, skipped: 0, scanned: 0 }).share, 1);
  });
});

describe('webview/l10n', () => {
  it('writes sizes and durations for people', () => {
    assert.deepEqual([0, 999, 1000, 999_949, 999_950, 1.5e9, 3e15].map(bytes), [
      '0 B',
      '999 B',
      '1.0 kB',
      '999.9 kB',
      '1.0 MB',
      '1.5 GB',
      '3.0 PB',
    ]);
    assert.deepEqual([40, 9949, 9950, 59_400, 59_500, 3_599_000, 7_500_000].map(duration), [
      '0.0 s',
      '9.9 s',
      '10 s',
      '59 s',
      '1 min 0 s',
      '59 min 59 s',
      '2 h 5 min',
    ]);
  });

  it('takes the words of the bundle, and fills in what belongs in', () => {
    setBundle({ '{0} of {1}': '{1} davon {0}' });
    assert.equal(t('{0} of {1}', 1, 'x{0}'), 'x{0} davon 1');
    setBundle({});
    assert.equal(t('{0} of {1}', 1, 2), '1 of 2');
    assert.equal(t('{0} {9}', 1), '1 {9}');
  });

  it('begins a sentence with a capital, and leaves names as they are wherever they stand', () => {
    const unknown = said`unknown column ${'user name'}`;
    assert.equal(asSentence(unknown), 'Unknown column user name');
    assert.equal(asSentence(said`${'status'} is a number`), 'status is a number');
    assert.equal(
      asSentence(said`${unknown}; did you mean ${'name'}?`),
      'Unknown column user name; did you mean name?',
    );
    assert.equal(asSentence(said`${'name'}: ${unknown}`), 'name: unknown column user name');
    assert.equal(asSentence(said`sc://host is not an address`), 'sc://host is not an address');
    setBundle({ 'unknown column {0}': '{0} gibt es nicht', '{0} is a number': 'eine Zahl ist {0}' });
    assert.equal(asSentence(unknown), 'user name gibt es nicht');
    assert.equal(asSentence(said`${'status'} is a number`), 'Eine Zahl ist status');
    setBundle({});
  });
});
