import assert from 'node:assert/strict';
import { gatheredWords } from '../../support/gatheredWords.ts';

describe('the words to be translated', () => {
  it('are gathered from the page, the extension and the engine, each with what fills its places', async () => {
    const bundle = await gatheredWords();
    assert.equal(bundle['Find in file'], 'Find in file');
    assert.equal(bundle['Exported {0} records to {1}.'], 'Exported {0} records to {1}.');
    assert.equal(bundle['There is no file {0}.'], 'There is no file {0}.');
    assert.ok(Object.hasOwn(bundle, "'{0}' is not an interval; write INTERVAL '2 hours 30 minutes'"));
    assert.ok(!Object.hasOwn(bundle, '{0}'), 'what has no words of its own is not to be translated');
  });
});
