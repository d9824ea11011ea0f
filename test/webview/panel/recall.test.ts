import assert from 'node:assert/strict';
import { createRecall } from '../../../src/webview/panel/recall.ts';

describe('webview/panel/recall', () => {
  /** The box, which takes what is offered. */
  function box(history: readonly string[], text: string) {
    const recall = createRecall();
    const made = {
      history,
      text,
      press: (step: 1 | -1): string => {
        made.text = recall.step(step, made.text, made.history) ?? made.text;
        return made.text;
      },
    };
    return made;
  }
  const three = ['third', 'second', 'first'];

  it('offers older queries, and newer ones back to what was being typed', () => {
    const { press } = box(three, 'draft');
    assert.deepEqual(([1, 1, 1, 1, -1, -1, -1, -1] as const).map(press), [
      'third',
      'second',
      'first',
      'first',
      'second',
      'third',
      'draft',
      'draft',
    ]);
  });

  it('begins before the query in the box', () => {
    assert.equal(box(three, 'third').press(1), 'second');
    assert.equal(box(three, ' second ').press(1), 'first');
    const { press } = box(three, 'third');
    assert.deepEqual(([1, -1, -1] as const).map(press), ['second', 'third', 'third']);
  });

  it('begins anew once a query was run in any way', () => {
    const shown = box(three, '');
    shown.press(1);
    assert.equal(shown.press(1), 'second');
    shown.history = ['second', 'third', 'first'];
    assert.equal(shown.press(1), 'third');
  });

  it('begins anew once the box holds something else', () => {
    const shown = box(three, 'third');
    shown.press(1);
    shown.text = '';
    assert.equal(shown.press(1), 'third');
    assert.equal(shown.press(-1), '');
    shown.press(1);
    shown.text = 'third and more';
    assert.equal(shown.press(1), 'third');
    assert.equal(shown.press(-1), 'third and more');
  });

  it('offers nothing without a history', () => {
    assert.equal(box([], 'draft').press(1), 'draft');
  });
});
