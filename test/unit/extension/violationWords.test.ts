import assert from 'node:assert/strict';
import { setTranslation } from '../../../src/host/l10n.ts';
import { violationWords } from '../../../src/extension/violationWords.ts';
import { fill, said } from '../../../src/said/said.ts';

describe('a violation in the Problems panel', () => {
  it('has the value, and nothing that cannot be seen', () => {
    const violation = { path: '/status', message: said`must be ${'integer'}` };
    assert.equal(violationWords({ ...violation, value: '"none"' }), '/status must be integer: "none"');
    assert.equal(
      violationWords({ ...violation, value: '"a\u202eb"' }),
      '/status must be integer: "a\\u{202e}b"',
    );
    assert.equal(violationWords(violation), '/status must be integer');
    assert.equal(
      violationWords({ path: '', message: said`must be ${'object'}`, value: '5' }),
      'must be object: 5',
    );
  });

  it('is in the display language, but for the path and the value', () => {
    setTranslation((text, ...values) => fill(text === 'must be {0}' ? 'muss {0} sein' : text, ...values));
    try {
      const violation = { path: '/status', message: said`must be ${'integer'}`, value: '"none"' };
      assert.equal(violationWords(violation), '/status muss integer sein: "none"');
    } finally {
      setTranslation(fill);
    }
  });
});
