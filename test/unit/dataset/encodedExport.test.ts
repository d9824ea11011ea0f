import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { exportToFile } from '../../../src/engine/run/export/export.ts';
import { Preview } from '../../support/preview.ts';

const { signal } = new AbortController();

/** Line by line as bytes: what is kept must be these very bytes. */
type Lines = readonly Buffer[];

describe('an export in the file’s own encoding', () => {
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

  it('and every other run counts the bytes of the file', async () => {
    const text = `id,name\n${Array.from({ length: 900 }, (_, i) => `${i},café ${i}\n`).join('')}`;
    for (const [name, file] of [
      ['wide.csv', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16le(text)])],
      ['narrow.csv', latin1(text)],
    ] as const) {
      const path = join(folder, name);
      await writeFile(path, file);
      const dataset = await Dataset.open({ kind: 'file', path }, { signal, blockSize: 4096 });
      try {
        const context = { signal, progress: () => undefined };
        const summary = await exportToFile(
          dataset,
          { query: '', to: 'jsonl', target: join(folder, 'out') },
          context,
        );
        assert.deepEqual([summary.scanned, summary.total], [file.length, file.length]);
      } finally {
        await dataset.close();
      }
      const preview = await Preview.open(path);
      try {
        for (const query of ['id > 5', '|> AGGREGATE count(*) AS n']) {
          const state = await preview.page.call('run', { query });
          assert.deepEqual([state.scanned + state.skipped, state.total], [file.length, file.length], query);
        }
      } finally {
        await preview.close();
      }
    }
  });

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

    it(`has rows of ${label}${mark.length > 0 ? ' with its mark' : ''} that end in a carriage return`, async () => {
      const head = encode('i,keep,t\r');
      const ends = ['\r', '\r', '\r', '\r\n', '\n', '\r\r'];
      const rows: Lines = Array.from({ length: 60_000 }, (_, i) =>
        encode(
          `${i},${kept(i)},"a${letter}${i % 4 === 0 ? '\rb\r\nc\n' : ''}"${i === 59_999 ? '' : (ends[i % 6] ?? '')}`,
        ),
      );
      const all = Buffer.concat([Buffer.from(mark), head, ...rows]);
      // An empty line is no record, and of the line ends only the one that ends the record is its own.
      const own = (row: Buffer, i: number) =>
        row.subarray(0, row.length - (i % 6 === 5 && i < 59_999 ? encode('\r').length : 0));
      const expected = Buffer.concat([
        Buffer.from(mark),
        head,
        ...rows.map((row, i) => (kept(i) ? own(row, i) : Buffer.alloc(0))),
      ]);
      assert.ok((await exported('r.csv', all, "keep = 'true'", label)).equals(expected));
    });
  }

  it('takes a line end for one where it is read in two pieces', async () => {
    const head = latin1('kk,é\r');
    const rows = Array.from({ length: 50_000 }, (_, i) =>
      latin1(`${i % 3 === 0 ? 'none' : 'true'},12345\r\n`),
    );
    const all = Buffer.concat([head, ...rows]);
    assert.equal(all.toString('latin1', 256 * 1024 - 1, 256 * 1024 + 1), '\r\n');
    const expected = Buffer.concat([head, ...rows.filter((_, i) => i % 3 !== 0)]);
    assert.ok((await exported('p.csv', all, "kk = 'true'", 'windows-1252')).equals(expected));
  });

  it('keeps bytes that are no text in a field, and leaves out JSON that has them', async () => {
    const bad = Buffer.concat([latin1('true,"'), Buffer.from([0x81, 0x20]), latin1('"\n')]);
    const head = latin1('keep,t\n');
    const file = Buffer.concat([head, bad, latin1('false,x\n'), bad]);
    const out = await exported('b.csv', file, "keep = 'true'", 'shift_jis');
    assert.ok(out.equals(Buffer.concat([head, bad, bad])));
    const lines = [latin1('{"t":"'), Buffer.from([0x81, 0x20]), latin1('"}\n{"t":1}\n')];
    assert.equal(
      String(await exported('b.jsonl', Buffer.concat(lines), 't IS NOT NULL', 'shift_jis')),
      '{"t":1}\n',
    );
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
