import assert from 'node:assert/strict';
import { eachFile } from '../../../../src/engine/source/files/eachFile.ts';

describe('a look at each of many files', () => {
  const files = Array.from({ length: 100 }, (_, i) => i);

  it('holds up the thread where that takes no time, and answers in their order', async () => {
    const ways: boolean[] = [];
    const answers = await eachFile(files, (file, blocking) => {
      ways.push(blocking);
      return Promise.resolve(-file);
    });
    assert.deepEqual(
      answers,
      files.map((file) => -file),
    );
    assert.deepEqual(new Set(ways), new Set([true]), 'whether the thread was held up');
  });

  it('waits for several at a time where the files are far away', async () => {
    let [under, most, held] = [0, 0, 0];
    const answers = await eachFile(files, async (file, blocking) => {
      if (blocking) {
        held++;
        const until = performance.now() + 3;
        while (performance.now() < until);
        return file;
      }
      under++;
      most = Math.max(most, under);
      await new Promise(setImmediate);
      under--;
      return file;
    });
    assert.deepEqual(answers, files);
    assert.equal(held, 16, 'looks that held up the thread');
    assert.equal(most, 16, 'looks at the same time');
  });

  it('gives way to messages, and ends when it is cancelled', async () => {
    const cancel = new AbortController();
    setImmediate(() => cancel.abort());
    let looked = 0;
    const looking = eachFile(
      Array.from({ length: 1e6 }),
      () => {
        const until = performance.now() + 0.1;
        while (performance.now() < until);
        return Promise.resolve(looked++);
      },
      cancel.signal,
    );
    await assert.rejects(looking, { name: 'AbortError' });
    assert.ok(looked < 1e5, `${looked} looks after the cancel`);
  });

  it('ends with what the look throws', async () => {
    const failure = new Error('gone');
    await assert.rejects(
      eachFile(files, (file) => (file === 50 ? Promise.reject(failure) : Promise.resolve(file))),
      failure,
    );
  });
});
