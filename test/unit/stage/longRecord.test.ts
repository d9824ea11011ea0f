import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { unescapeJson } from '../../../src/engine/query/value/json.ts';
import { runCli } from '../../support/cli.ts';
import { peakIn, reportsPeak } from '../../support/peak.mjs';

describe('a record that is long', () => {
  let folder: string;
  let input: string;
  let output: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rowriver-test-'));
    [input, output] = [join(folder, 'input.jsonl'), join(folder, 'output.jsonl')];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the command; answers its largest memory in MB. */
  async function peakOf(...args: readonly string[]): Promise<number> {
    const env = { ...reportsPeak, ROWRIVER_WORKERS: '0', TMPDIR: folder };
    const { code, stderr } = await runCli([input, ...args, '--no-cache'], { env });
    assert.equal(code, 0, stderr);
    return peakIn(stderr) / 1024;
  }

  it('takes no memory for each of its escapes', async () => {
    writeFileSync(input, `{"a":"${String.raw`\n`.repeat(4e6)}"}\n`);
    const peak = await peakOf('--profile');
    assert.ok(peak < 300, `${peak} MB`);
  });

  it('is given a member without a copy of its text', async () => {
    const text = 'abcdefghij'.repeat(9e6);
    writeFileSync(input, `{"a":"${text}"}\n`);
    const peak = await peakOf('|> EXTEND row_number() OVER () AS n', '-o', output);
    assert.equal(readFileSync(output, 'utf8'), `{"a":"${text}","n":1}\n`);
    assert.ok(peak < 510, `${peak} MB`);
  });
});

describe('unescapeJson', () => {
  it('reads texts of any length as JSON.parse does', () => {
    const part = fc.constantFrom(
      String.raw`\\`,
      String.raw`\n`,
      String.raw`\u00e9`,
      String.raw`\"`,
      'u',
      'é😀',
      'abc',
    );
    const parts = fc.array(part, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(parts, fc.nat(12), (repeated, before) => {
        // From two pieces on, divided anywhere in what is repeated.
        const raw =
          'x'.repeat(before) + repeated.join('').repeat(Math.ceil(150_000 / repeated.join('').length));
        assert.ok(unescapeJson(raw) === JSON.parse(`"${raw}"`), JSON.stringify({ repeated, before }));
      }),
      { numRuns: 60 },
    );
  });
});
