import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { exportToFile } from '../../../src/engine/dataset/export.ts';

const { signal } = new AbortController();

/** Line by line as bytes: what is kept must be these very bytes. */
type Lines = readonly Buffer[];

describe('an export in the file’s own encoding', function () {
  this.timeout(20_000);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-encoded-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function exported(name: string, file: Buffer, query: string, encoding?: string): Promise<Buffer> {
    const path = join(folder, name);
    await writeFile(path, file);
    const dataset = await Dataset.open({ kind: 'file', path, encoding }, { signal, blockSize: 4096 });
    try {
      const target = join(folder, 'out');
      const context = { signal, progress: () => undefined };
      await exportToFile(dataset, { query, to: 'same', target }, context);
      return await readFile(target);
    } finally {
      await dataset.close();
    }
  }

  const utf16le = (text: string) => Buffer.from(text, 'utf16le');
  const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
  const latin1 = (text: string) => Buffer.from(text, 'latin1');
  /** Text in which two characters are those of a CJK encoding. */
  const cjk = (two: number[]) => (text: string) =>
    Buffer.concat(
      text.split('語').flatMap((part, i) => (i === 0 ? [latin1(part)] : [Buffer.from(two), latin1(part)])),
    );

  const encoders: [label: string, encode: (text: string) => Buffer, mark: number[]][] = [
    ['utf-16le', utf16le, [0xff, 0xfe]],
    ['utf-16be', utf16be, [0xfe, 0xff]],
    ['utf-16le', utf16le, []],
    ['windows-1252', latin1, []],
    ['gbk', cjk([0xd5, 0x5a]), []],
    ['shift_jis', cjk([0x8c, 0xea]), []],
  ];

  for (const [label, encode, mark] of encoders) {
    const letter = label === 'gbk' || label === 'shift_jis' ? '語' : 'é';
    const records = Array.from({ length: 900 }, (_, i) => i);
    const kept = (i: number) => i % 7 === 2 || i > 880;

    it(`has the bytes of the records of ${label}${mark.length > 0 ? ' with its mark' : ''}`, async () => {
      const jsonl: Lines = records.map((i) =>
        encode(
          `{"i":${i},"keep":${kept(i)},"t":"${letter.repeat(i % 5)} \u010a"}${i % 3 === 0 ? '\r\n' : '\n'}`.replace(
            '\u010a',
            label.startsWith('utf-16') ? '\u0a0a\u010a' : '',
          ),
        ),
      );
      const all = Buffer.concat([Buffer.from(mark), ...jsonl]);
      const expected = Buffer.concat([Buffer.from(mark), ...jsonl.filter((_, i) => kept(i))]);
      assert.ok((await exported('a.jsonl', all, 'keep', label)).equals(expected));
      assert.ok((await exported('a.jsonl.gz', gzipSync(all), 'keep', label)).equals(expected));
    });

    it(`has the header and rows of several lines of ${label}${mark.length > 0 ? ' with its mark' : ''}`, async () => {
      const head = encode('i,keep,t\r\n');
      const rows: Lines = records.map((i) =>
        encode(`${i},${kept(i)},"a${letter}${i % 4 === 0 ? '\nb\n' : ''}"${i === 899 ? '' : '\n'}`),
      );
      const all = Buffer.concat([Buffer.from(mark), head, ...rows]);
      const expected = Buffer.concat([Buffer.from(mark), head, ...rows.filter((_, i) => kept(i))]);
      assert.ok((await exported('a.csv', all, "keep = 'true'", label)).equals(expected));
    });
  }

  it('keeps bytes that are no text', async () => {
    const bad = Buffer.concat([latin1('{"keep":true,"t":"'), Buffer.from([0x81, 0x20]), latin1('"}\n')]);
    const file = Buffer.concat([bad, latin1('{"keep":false}\n'), bad]);
    const out = await exported('b.jsonl', file, 'keep', 'shift_jis');
    assert.ok(out.equals(Buffer.concat([bad, bad])));
  });

  it('is not made where the target has another format', async () => {
    const path = join(folder, 'c.jsonl');
    await writeFile(path, utf16le('\ufeff{"t":"é"}\n'));
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    try {
      const target = join(folder, 'c.csv');
      await exportToFile(dataset, { query: '', to: 'csv', target }, { signal, progress: () => undefined });
      assert.equal(await readFile(target, 'utf8'), 't\r\né\r\n');
    } finally {
      await dataset.close();
    }
  });
});
