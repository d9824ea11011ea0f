import assert from 'node:assert/strict';
import { recognise } from '../../../src/engine/dataset/format.ts';
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
