import { isUtf8 } from 'node:buffer';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decodedSource } from '../../../../src/engine/source/compressed/decoded.ts';
import { encodingName, transcoder } from '../../../../src/engine/source/encoding/encoding.ts';
import { Marks } from '../../../../src/engine/source/compressed/marks.ts';
import { openSource } from '../../../../src/engine/source/open.ts';
import { recogniseEncoding } from '../../../../src/engine/source/encoding/recognise.ts';
import { type Source } from '../../../../src/engine/source/source.ts';
import { memorySource, readAll, readRange } from '../../../support/memory.ts';

const recognise = (bytes: Uint8Array) => recogniseEncoding([bytes], true);

function open(base: Source, label: string, once = false) {
  const codec = transcoder(label);
  assert.ok(codec);
  return decodedSource(base, codec, new Marks(1), once);
}

const sources = {
  german: 'Name;Straße;Ort\nMüller;Königsallee 1;Düsseldorf\nGroß;Hauptstraße 2;Köln\n',
  french: 'prénom,ville\nHélène,Besançon\nJérôme,Nîmes\n"l’été – où ?",Orléans\n',
  chinese: '姓名,城市,年龄\n张三,北京,30\n李四,上海,25\n王五,广州,41\n',
  japanese: '名前,都市\n田中さくら,東京\nスズキ タロウ,大阪\nこんにちは,京都\n',
  korean: '이름,도시\n김철수,서울\n이영희,부산\n안녕하세요,대구\n',
  russian: 'имя,город,улица\nИван Петров,Москва,Тверская\nМария Сидорова,Казань,Баумана\n',
};

describe('encoding', () => {
  it('leaves UTF-8 alone, with or without a mark, and with bytes that are not', async () => {
    const lines = '{"name":"café","city":"北京"}\n'.repeat(20);
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('plain'),
      Buffer.from('\ufeffa,b\n1,2\n'),
      Buffer.from(lines),
      Buffer.concat([Buffer.from(lines), Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a])]),
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')]),
      Buffer.concat([Buffer.from('{"a":"caf'), Buffer.from([0xe9]), Buffer.from('"}\n{"a":1}\n')]),
      Buffer.concat([Buffer.from('a,b\n"'), Buffer.from([0xc0, 0x80]), Buffer.from('",1\n')]),
      Buffer.from('a\0b\n'.repeat(10)),
      Buffer.from('é'),
    ]) {
      assert.equal(await recognise(bytes), 'utf-8', bytes.toString('latin1').slice(0, 60));
    }
    // A sample may end, and the next one begin, inside a character.
    const text = Buffer.from('姓名,城市\n'.repeat(9000));
    for (const cut of [1, 2, 3]) {
      const samples = [text.subarray(0, 65536 - cut), text.subarray(70_000 + cut, 80_000)];
      assert.equal(await recogniseEncoding(samples, false), 'utf-8');
    }
  });

  it('recognises UTF-16 by its mark and by its NULs', async () => {
    for (const text of Object.values(sources)) {
      for (const [label, bytes] of [
        ['utf-16le', Buffer.from(text, 'utf16le')],
        ['utf-16be', Buffer.from(text, 'utf16le').swap16()],
      ] as const) {
        assert.equal(await recognise(bytes), label);
        const mark = label === 'utf-16le' ? [0xff, 0xfe] : [0xfe, 0xff];
        assert.equal(await recognise(Buffer.concat([Buffer.from(mark), bytes])), label);
      }
    }
  });

  it('recognises UTF-16 without a mark where nearly all letters take two bytes', async () => {
    const text = ['0;素早い茶色の;狐が飛ぶ一\r\n', '{"id":1,"t":"上海不一"}\n'];
    for (const line of text) {
      for (const count of [1, 50]) {
        const bytes = Buffer.from(line.repeat(count), 'utf16le');
        assert.equal(await recognise(bytes), 'utf-16le', line);
        assert.equal(await recognise(bytes.swap16()), 'utf-16be', line);
      }
    }
    // One NUL in a text of another kind says nothing.
    assert.equal(await recognise(Buffer.from('a\0b,é\n1,2\n')), 'utf-8');
    assert.equal(await recognise(Buffer.from('a\0b,\xe9\n1,2\n', 'latin1')), 'windows-1252');
  });

  it('recognises the encodings of short tables, and of JSON that is in them throughout', async () => {
    for (const [text, label] of [
      [sources.german, 'windows-1252'],
      [sources.french, 'windows-1252'],
      ['id,label\n1,50 €\n2,“quoted” – dash\n3,plain\n', 'windows-1252'],
      [sources.chinese, 'gb18030'],
      [sources.japanese, 'shift_jis'],
      [sources.japanese, 'euc-jp'],
      [sources.korean, 'euc-kr'],
      [sources.russian, 'windows-1251'],
      [sources.russian, 'koi8-r'],
    ] as const) {
      assert.equal(await recognise(encode(text, label)), label, text);
      const json = text.split('\n').map((line) => `{"line":${JSON.stringify(line)}}\n`);
      assert.equal(await recognise(encode(json.join(''), label)), label, `JSON of ${text}`);
    }
  });

  it('takes a few Western words for windows-1252', async () => {
    for (const text of [
      'a,b\n1,é\n2,x\n',
      'name\ncafé\n',
      'señor,niño\n1,2\n',
      'Malmö,Åre,Örebro,Umeå\n',
      'Reykjavík,Ísafjörður\n',
      '¿Qué?,¡Sí!\n',
      'price\n5 €\n',
      'temp\n20 °C\n',
      'don’t,“x”\n',
      'n\nÉ\n',
    ])
      assert.equal(await recognise(encode(text, 'windows-1252')), 'windows-1252', text);
  });

  it('knows encodings by the names that people use', () => {
    const names = ['UTF8', 'utf-16', 'latin1', 'ISO-8859-1', 'cp1252', 'GBK', 'Shift-JIS', 'sjis', 'ascii'];
    assert.deepEqual(names.map(encodingName), [
      'utf-8',
      'utf-16le',
      'windows-1252',
      'windows-1252',
      'windows-1252',
      'gbk',
      'shift_jis',
      'shift_jis',
      'windows-1252',
    ]);
    assert.deepEqual(['utf-7', 'iso-2022-jp', 'klingon', ''].map(encodingName), Array(4).fill(undefined));
  });

  it('decodes as the standard does, whatever the pieces', async () => {
    const text = fc.string({
      unit: fc.constantFrom(...lettersOf('aZ0,"\n 	éÄ€’張三北京あアＡ한글')),
      maxLength: 400,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'utf-16le',
          'utf-16be',
          'windows-1252',
          'gb18030',
          'gbk',
          'shift_jis',
          'euc-kr',
          'big5',
        ),
        text,
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        async (label, content, most, once) => {
          const bytes = encode(content, label);
          const source = open(memorySource(bytes, { most, once }), label, once);
          const { bytes: decoded, error } = await readAll(source, 37);
          assert.equal(error, undefined);
          const expected = label === 'windows-1252' ? cp1252(bytes) : new TextDecoder(label).decode(bytes);
          assert.equal(decoded.toString(), expected);
          assert.equal(isUtf8(decoded), !expected.includes('\ufffd'));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('drops the mark of UTF-16, and makes what cannot be decoded a byte that UTF-8 never has', async () => {
    for (const [label, bytes, expected] of [
      ['utf-16le', [0xff, 0xfe, 0x61, 0, 0xff, 0xfe], 'a\xef\xbb\xbf'],
      ['utf-16be', [0xfe, 0xff, 0, 0x61], 'a'],
      ['utf-16le', [0x61, 0, 0x62], 'a\xff'],
      ['utf-16le', [0x3d, 0xd8, 0x61, 0], '\xffa'],
      ['utf-16be', [0xd8, 0x3d, 0xd8, 0x3d, 0xde, 0, 0xde, 0], '\xff\xf0\x9f\x98\x80\xff'],
      ['utf-16le', [0xfd, 0xff, 0x61, 0], '\xef\xbf\xbda'],
      ['utf-16le', [0xfd, 0xff, 0x3d, 0xd8], '\xef\xbf\xbd\xff'],
      ['shift_jis', [0x61, 0x82], 'a\xff'],
      ['shift_jis', [0x82, 0x2c, 0x62, 0x82], '\xff,b\xff'],
      ['gbk', [0x61, 0x81, 0x0a, 0xb1, 0xb1], 'a\xff\n\xe5\x8c\x97'],
      ['windows-1253', [0xd2, 0xe1], '\xff\xce\xb1'],
    ] as const) {
      const { bytes: decoded } = await readAll(open(memorySource(Uint8Array.from(bytes)), label));
      assert.equal(decoded.toString('latin1'), expected);
    }
  });

  it('reads any position again, and from the mark before it elsewhere', async () => {
    for (const label of ['utf-16le', 'utf-16be', 'gb18030', 'shift_jis', 'windows-1252']) {
      const lines = Array.from(
        { length: 40_000 },
        (_, i) => `${i},${label === 'windows-1252' ? 'é€' : '北京アあ'},${'x'.repeat(i % 50)}`,
      );
      const text = lines.join('\n');
      const plain = Buffer.from(text);
      const bytes = encode(text, label);
      const first = open(memorySource(bytes), label);
      assert.ok((await readAll(first)).bytes.equals(plain));
      assert.ok(first.splits(0, Infinity).length > 2);
      const second = open(memorySource(bytes), label);
      second.learn(first.learnt());
      for (const source of [first, second]) {
        for (const position of [1_000_000, 3, 700_001, ...source.splits(0, Infinity)]) {
          const got = await readRange(source, position, 999);
          assert.ok(got.equals(plain.subarray(position, position + 999)), `${label} at ${position}`);
        }
      }
    }
  });

  it('waits for a place to cut at, and cuts in the end where there is none', async () => {
    const text = '漢'.repeat(1_500_000);
    const { bytes } = await readAll(open(memorySource(encode(text, 'gb18030')), 'gb18030'), 1 << 20);
    assert.equal(bytes.toString(), text);
  });

  it('is undone by openSource, under gzip too, or set by hand', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rowriver-encoding-'));
    try {
      const path = join(folder, 'data.csv');
      for (const [file, encoding, set] of [
        [encode(sources.chinese, 'gb18030'), 'gb18030', undefined],
        [gzipSync(Buffer.from(sources.chinese, 'utf16le')), 'utf-16le', undefined],
        [encode(sources.chinese, 'gb18030'), 'gbk', 'GBK'],
        [Buffer.from(sources.chinese), 'utf-8', 'UTF-8'],
      ] as const) {
        writeFileSync(path, file);
        const source = await openSource({ kind: 'file', path, encoding: set });
        assert.equal(source.encoding, encoding);
        assert.equal((await readAll(source)).bytes.toString(), sources.chinese);
        assert.equal((await readRange(source, 7, 6)).toString(), '城市');
        const again = await openSource(structuredClone(source.spec()));
        assert.deepEqual([again.encoding, again.size, again.random], [encoding, source.size, true]);
        await again.close();
        await source.close();
      }
      const wrong = openSource({ kind: 'file', path, encoding: 'klingon' });
      await assert.rejects(wrong, { failure: 'unsupported' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The decoders of Node turned round: characters that an encoding lacks become a question mark. */
function encode(text: string, label: string): Buffer {
  if (label === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (label === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  const table = encoderTable(label);
  return Buffer.concat(lettersOf(text).map((letter) => table.get(letter) ?? Buffer.from('?')));
}

function lettersOf(text: string): string[] {
  return Array.from(text);
}

const tables = new Map<string, Map<string, Buffer>>();

function encoderTable(label: string): Map<string, Buffer> {
  const known = tables.get(label);
  if (known) return known;
  const table = new Map<string, Buffer>();
  const decode = (bytes: Buffer) =>
    label === 'windows-1252' ? cp1252(bytes) : new TextDecoder(label).decode(bytes);
  const add = (bytes: Buffer) => {
    const letter = decode(bytes);
    if (lettersOf(letter).length === 1 && letter !== '\ufffd' && !table.has(letter)) table.set(letter, bytes);
  };
  for (let byte = 0; byte < 256; byte++) add(Buffer.from([byte]));
  if (!/^(windows|koi8)/.test(label)) {
    for (let lead = 0x81; lead < 0xff; lead++) {
      for (let trail = 0x40; trail < 0xff; trail++) add(Buffer.from([lead, trail]));
    }
  }
  tables.set(label, table);
  return table;
}

/** windows-1252 by its own table in the standard; some versions of Node take it for ISO 8859-1. */
function cp1252(bytes: Uint8Array): string {
  const upper = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
  return [...bytes]
    .map((byte) => (byte >= 0x80 && byte < 0xa0 ? (upper[byte - 0x80] ?? '') : String.fromCharCode(byte)))
    .join('');
}
