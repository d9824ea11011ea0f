import assert from 'node:assert/strict';
import { excerptOf } from '../../../src/webview/detail/excerpt.ts';

describe('webview/detail/excerpt', () => {
  const text = `${'a'.repeat(500)}Needle${'b'.repeat(500)}`;

  it('is the text itself where it is short enough', () => {
    assert.deepEqual(excerptOf('abc', 'c', 3), { text: 'abc', before: false, after: false });
    assert.deepEqual(excerptOf(text, 'needle', Infinity), { text, before: false, after: false });
  });

  it('is the beginning where that holds what is sought, or nothing does', () => {
    for (const sought of ['', 'aaa', 'missing']) {
      assert.deepEqual(excerptOf(text, sought, 10), { text: 'a'.repeat(10), before: false, after: true });
    }
    assert.equal(excerptOf(text, 'needle', 506).text.length, 506);
  });

  it('is around what is sought, where that comes later', () => {
    const found = excerptOf(text, 'needle', 200);
    assert.deepEqual(found, {
      text: `${'a'.repeat(100)}Needle${'b'.repeat(94)}`,
      before: true,
      after: true,
    });
    const last = excerptOf(text, 'b'.repeat(20), 505);
    assert.equal(last.text, text.slice(406, 911));
    assert.equal(excerptOf(`${'a'.repeat(500)}end`, 'end', 200).after, false);
  });

  it('cuts no letter in two', () => {
    const smiles = '\u{1f600}'.repeat(400);
    for (let most = 100; most < 104; most++) {
      for (const sought of ['', 'x']) {
        const { text: part } = excerptOf(`${smiles}x${smiles}`, sought, most);
        assert.ok(!/\p{Surrogate}/u.test(part), `${most} ${sought}`);
      }
    }
  });
});
