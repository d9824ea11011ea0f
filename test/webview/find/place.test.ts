import assert from 'node:assert/strict';
import { parsePlace } from '../../../src/webview/find/place.ts';

describe('webview/find/place', () => {
  const cases: readonly [string, ReturnType<typeof parsePlace>][] = [
    ['1234', { by: 'record', value: 1234 }],
    [' 1,234,567 ', { by: 'record', value: 1_234_567 }],
    ['record 12', { by: 'record', value: 12 }],
    ['l5', { by: 'line', value: 5 }],
    ['Line 1 000', { by: 'line', value: 1000 }],
    ['b0', { by: 'offset', value: 0 }],
    ['byte 5,000', { by: 'offset', value: 5000 }],
    ['50%', { by: 'percent', value: 50 }],
    ['99.5 %', { by: 'percent', value: 99.5 }],
    ['2024-05-01T12:00', { by: 'time', text: '2024-05-01T12:00' }],
    ['2024-05', { by: 'time', text: '2024-05' }],
    ['12:30', { by: 'time', text: '12:30' }],
    ['t1714560000.5', { by: 'time', text: '1714560000.5' }],
    ['time 1714560000', { by: 'time', text: '1714560000' }],
    ['101%', undefined],
    ['0', undefined],
    ['l0', undefined],
    ['', undefined],
    ['abc', undefined],
    ['99999999999999999999', undefined],
  ];
  for (const [text, place] of cases) {
    it(`takes ${JSON.stringify(text)} for ${place ? JSON.stringify(place) : 'no place'}`, () =>
      assert.deepEqual(parsePlace(text, false), place));
  }

  const byRow: typeof cases = [
    ['1234', { by: 'row', value: 1234 }],
    ['row 12', { by: 'row', value: 12 }],
    ['#12', { by: 'row', value: 12 }],
    ['record 12', { by: 'record', value: 12 }],
    ['l5', { by: 'line', value: 5 }],
    ['50%', { by: 'percent', value: 50 }],
    ['0', undefined],
  ];
  for (const [text, place] of byRow) {
    it(`takes ${JSON.stringify(text)} for ${place ? JSON.stringify(place) : 'no place'} where rows are numbered by themselves`, () =>
      assert.deepEqual(parsePlace(text, true), place));
  }
});
