import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addressParts, fileNameAt, placeAt } from '../../../src/engine/source/location.ts';
import { openSource } from '../../../src/engine/source/open.ts';
import { SourceError } from '../../../src/engine/source/source.ts';
import { readAll } from '../../support/memory.ts';

async function read(url: string): Promise<Buffer> {
  const source = await openSource(placeAt(url));
  try {
    return (await readAll(source)).bytes;
  } finally {
    await source.close();
  }
}

describe('data: URLs', () => {
  it('hold text, escaped or not, and Base64', async () => {
    assert.equal((await read('data:,a%2Cb%0A1,é')).toString(), 'a,b\n1,é');
    assert.equal((await read('DATA:text/csv;charset=utf-8;base64,YSxiCg==')).toString(), 'a,b\n');
    assert.equal((await read('data:;base64,YSxi%0ACg')).toString(), 'a,b\n');
    assert.equal((await read('data:,')).length, 0);
  });

  it('are read as Node.js reads them', async () => {
    const text = fc.string({ unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (content, isBase64) => {
        const url = isBase64
          ? `data:text/csv;base64,${Buffer.from(content).toString('base64')}`
          : `data:text/csv,${encodeURIComponent(content)}`;
        const expected = Buffer.from(await (await fetch(url)).arrayBuffer());
        // A byte-order mark and magic bytes say what the bytes are, as in a file.
        fc.pre(!/^\ufeff|^[\x1f\x28]/.test(content));
        assert.deepEqual(await read(url), expected);
      }),
    );
  });

  it('that cannot be read are refused, and not repeated', async () => {
    const refused = async (url: string): Promise<string> => {
      try {
        addressParts(url);
      } catch (error) {
        assert.ok(error instanceof SourceError);
        await assert.rejects(read(url), { message: error.message });
        return error.message;
      }
      return 'read';
    };
    assert.match(await refused('data:secret'), /: it has no comma before its data\.$/);
    assert.match(await refused('data:;base64,sec*ret'), /: its data is not Base64\.$/);
    assert.match(await refused('data:,a#b'), /: a '#' in it must be written as %23\.$/);
  });

  it('have the name of a file of their media type, and show no data', () => {
    assert.equal(fileNameAt('data:text/csv;base64,YQ=='), 'data.csv');
    assert.equal(fileNameAt('data:application/x-ndjson,{}'), 'data.ndjson');
    assert.equal(fileNameAt('data:,a'), 'data');
    const { shown, path, secret } = addressParts('data:text/csv,a%0A1');
    assert.deepEqual([shown, path, secret], ['data:text/csv', '/data.csv', false]);
  });
});
