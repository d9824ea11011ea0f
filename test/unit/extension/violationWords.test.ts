import assert from 'node:assert/strict';
import { violationWords } from '../../../src/extension/violationWords.ts';

describe('a violation in the Problems panel', () => {
  it('has the value, and nothing that cannot be seen', () => {
    const violation = { path: '/status', message: 'must be integer' };
    assert.equal(violationWords({ ...violation, value: '"none"' }), '/status must be integer: "none"');
    assert.equal(
      violationWords({ ...violation, value: '"a\u202eb"' }),
      '/status must be integer: "a\\u{202e}b"',
    );
    assert.equal(violationWords(violation), '/status must be integer');
    assert.equal(violationWords({ path: '', message: 'must be object', value: '5' }), 'must be object: 5');
  });
});
