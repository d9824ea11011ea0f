import assert from 'node:assert/strict';
import { recognise } from '../../../src/engine/dataset/format.ts';
import type { FormatOptions } from '../../../src/protocol/engine.ts';
import type { Source } from '../../../src/engine/source/source.ts';
import { memorySource } from '../../support/memory.ts';

const { signal } = new AbortController();

describe('what a delimited text is recognised as', () => {
  const of = (text: string) => {
    const source: Source = { ...memorySource(Buffer.from(text)), name: 'x.csv' };
    return recognise(source, {}, signal);
  };
  const table = 'date,city,value\r2020-01-01,Leeds,1.5\n2020-01-02,Paris,2.25\r\n2020-01-03,Berlin,3\n';

  it('counts lines above the table by all their ends', async () => {
    const { firstLine, dataStart } = await of(`Report of the harbour\rmade by hand\r\n\r${table}`);
    assert.equal(firstLine, 4);
    assert.equal(dataStart, 53);
  });

  it('says where another table begins', async () => {
    const plain = table.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
    const { description } = await of(`${plain}\nid,n\n1,2\n3,4\n5,6\n`);
    assert.equal(description, 'comma, quoted, header, another table from line 6');
    assert.equal((await of(plain)).description, 'comma, quoted, header');
  });
});

describe('what JSON is recognised as', () => {
  const of = async (name: string, text: string, options: FormatOptions = {}) => {
    const source: Source = { ...memorySource(Buffer.from(text)), name };
    const { format } = await recognise(source, options, signal);
    return format.kind === 'json' ? format.rows.path : format.kind;
  };

  it('is a document where its name says so, unless it holds lines', async () => {
    assert.equal(await of('x.json', '[{"a":1}]'), '$[*]');
    assert.equal(await of('x.jsonc', '\ufeff// head, with "\n/* and [ */ [{"a":1},{"a":2},]'), '$[*]');
    assert.equal(await of('x.geojson', '{"type":"F","features":[{"a":1},{"a":2}]}'), '$.features[*]');
    assert.equal(await of('x.jsonc.gz', '// one\n{"a":{"b":1},"c":{"b":2}}'), '$.*');
    assert.equal(await of('x.json', '{"a":1}\n{"a":2}\n'), 'jsonl');
  });

  it('is values one after the other where the first record of JSON Lines stands on several lines', async () => {
    assert.equal(await of('x.jsonl', '{\n  "a": [1, 2],\n  "b": "}\\"{"\n}\n{\n  "a": []\n}\n'), '$');
    assert.equal(await of('x.ndjson', '\ufeff\n{"a": 1,\r\n "b": 2}\r\n{"a": 3}\r\n'), '$');
    assert.equal(await of('x.jsonl.gz', `{\n "a": "${'x'.repeat(70_000)}"\n}\n`), '$');
    assert.equal(await of('x.jsonl', '[\n{"a":1},\n{"a":2}\n]\n'), '$[*]');
  });

  it('is lines where the first record of JSON Lines is whole, or broken', async () => {
    assert.equal(await of('x.jsonl', '{"a":\n{"b":1}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":1\n{"b":1}\n}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":[1}\n{"b":[]}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":"\n{"b":"}"}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":1}{"a":2}\n{\n"a":3}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '"{"\n{"a":1}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '\n\n'), 'jsonl');
    assert.equal(await of('x.jsonl', `{"a":"${'x'.repeat(70_000)}"}\n`), 'jsonl');
  });

  it('is what the user says', async () => {
    assert.equal(await of('x.jsonl', '{\n"a":1}\n', { format: 'jsonl' }), 'jsonl');
    assert.equal(await of('x.csv', '{"a":1}\n', { format: 'json' }), '$');
    assert.equal(await of('x.jsonl', '{"a":[1]}\n', { rows: '$.a[*]' }), '$.a[*]');
    assert.equal(await of('x.jsonl', 'a|b\n', { delimiter: '|' }), 'csv');
  });

  it('is a document where the text is one, whatever it is called', async () => {
    const name = 'Standard input';
    assert.equal(await of(name, '[\n{"a":1},\n{"a":2}]'), '$[*]');
    assert.equal(await of(name, '[{"a":1},{"a":2}]\n'), '$[*]');
    assert.equal(await of(name, '{"a":1}{"a":2}\n{"a":3}'), '$');
    assert.equal(await of(name, '{"a":1}\n{"a":2}\n'), 'jsonl');
    assert.equal(await of(name, '[1,2]\n[3,4]\n'), 'jsonl');
    assert.equal(await of(name, '[{"a":1}]\n[{"a":2}]\n'), 'jsonl');
  });
});
