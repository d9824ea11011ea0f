import assert from 'node:assert/strict';
import fc from 'fast-check';
import { valueText } from '../../../src/engine/schema/valueText.ts';

describe('the text of a value that breaks a rule', () => {
  it('is its JSON text, cut with a mark behind 200 characters', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
        const json = JSON.stringify(value);
        const text = valueText(value);
        if (json.length <= 200) assert.equal(text, json);
        else {
          assert.ok(text.endsWith('…'));
          const kept = text.slice(0, -1);
          assert.ok(json.startsWith(kept));
          assert.ok(kept.length === 200 || kept.length === 199);
          assert.doesNotMatch(kept, /\p{Surrogate}/u);
        }
      }),
    );
  });

  it('takes no longer for a long value, and is well formed where it is cut', () => {
    // As deep as a record may be, and longer than a text can be.
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    assert.equal(valueText(deep), `${'['.repeat(200)}…`);
    assert.equal(valueText('x'.repeat(1e6)), `"${'x'.repeat(199)}…`);
    assert.equal(valueText(`${'x'.repeat(198)}\u{1f600}`), `"${'x'.repeat(198)}…`);
    assert.equal(valueText({ ['n'.repeat(1e6)]: 1 }), `{"${'n'.repeat(198)}…`);
    let read = 0;
    const items = Array.from({ length: 100_000 }, () => ({
      get n() {
        read++;
        return 1;
      },
    }));
    assert.ok(valueText(items).endsWith('…'));
    assert.ok(read < 100);
  });
});
