import assert from 'node:assert/strict';
import type { TimelineAnswer } from '../../../src/protocol/statistics.ts';
import { SeriesColors } from '../../../src/webview/model/seriesColors.ts';

describe('webview/model/seriesColors', () => {
  const answer = (...texts: readonly (string | null | undefined)[]): TimelineAnswer => ({
    coverage: { exact: true, share: 1, rows: 0 },
    edges: [],
    places: new Float64Array(),
    without: 0,
    series: texts.map((text) => ({
      value: typeof text === 'string' ? { kind: 'text', text, count: 1, cut: false } : undefined,
      isNull: text === null,
      counts: new Float64Array(),
    })),
  });
  const of = (colors: SeriesColors, ...texts: readonly (string | null | undefined)[]) =>
    colors.of(answer(...texts)).series.map(({ value, color }) => `${value?.text ?? '-'} ${color}`);

  it('keep the colors and the order of values while these become more and less frequent', () => {
    const colors = new SeriesColors();
    assert.deepEqual(of(colors, 'a', 'b', 'c', undefined, null), ['a 0', 'b 1', 'c 2', '- rest', '- null']);
    assert.deepEqual(of(colors, 'c', 'a', undefined), ['a 0', 'c 2', '- rest']);
    assert.deepEqual(of(colors, 'd', 'b'), ['b 1', 'd 3']);
    assert.deepEqual(of(colors, 'a', 'b', 'c', 'd'), ['a 0', 'b 1', 'c 2', 'd 3']);
  });

  it('give the color of a value that is not there to another one where all were had', () => {
    const colors = new SeriesColors();
    of(colors, 'a', 'b', 'c', 'd', 'e', 'f');
    assert.deepEqual(of(colors, 'x', 'f', 'b'), ['x 0', 'b 1', 'f 5']);
    assert.deepEqual(of(colors, 'a', 'b', 'x'), ['x 0', 'b 1', 'a 2']);
  });
});
