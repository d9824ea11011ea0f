import assert from 'node:assert/strict';
import { createProgressLine } from '../../../src/cli/progress.ts';

describe('progress line', () => {
  function terminal(columns: number) {
    const written: string[] = [];
    return { written, columns, write: (text: string) => written.push(text) > 0 };
  }
  const progress = { records: 5, matched: 2, scanned: 1000, total: 2000, elapsedMs: 1000 };

  it('is written anew in its place, and erased', () => {
    const screen = terminal(80);
    const line = createProgressLine(screen);
    line.show(progress);
    line.show({ ...progress, scanned: 2000 });
    line.erase();
    line.erase();
    assert.deepEqual(screen.written, [
      '\r5 records, 2 matching | 1.0 kB of 2.0 kB | 1.0 kB/s | 0:01 left\x1b[K',
      '\r5 records, 2 matching | 2.0 kB of 2.0 kB | 2.0 kB/s\x1b[K',
      '\r\x1b[K',
    ]);
  });

  it('never takes more than a line of the terminal', () => {
    const screen = terminal(12);
    createProgressLine(screen).show(progress);
    assert.deepEqual(screen.written, ['\r5 records, \x1b[K']);
  });

  it('takes a terminal that does not know its width for a usual one', () => {
    const screen = terminal(0);
    createProgressLine(screen).show({ ...progress, records: 10 ** 60 });
    assert.equal(screen.written[0]?.length, '\r'.length + 79 + '\x1b[K'.length);
  });

  it('leaves a terminal alone on which nothing was shown', () => {
    const screen = terminal(80);
    createProgressLine(screen).erase();
    assert.deepEqual(screen.written, []);
  });
});
