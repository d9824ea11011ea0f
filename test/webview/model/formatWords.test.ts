import assert from 'node:assert/strict';
import type { FileInfo, FileState } from '../../../src/protocol/file.ts';
import {
  encodingWords,
  formatWords,
  sizeWords,
  storedWords,
} from '../../../src/webview/model/formatWords.ts';

describe('webview/model/formatWords', () => {
  const state: FileState = {
    ...{ phase: 'ready', size: 5_000_000, fileSize: 5_000_000, storedSize: 1_200_000, indexed: 5_000_000 },
    ...{ records: 9, exact: true, malformed: 0, said: undefined },
  };

  function file(dialect: string, encoding: string, ...containers: string[]): FileInfo {
    return {
      ...{ name: 'f', format: 'jsonl', size: state.size, encoding, containers, numbersInText: false },
      dialect: { text: dialect, values: [] },
      ...{ reading: undefined, open: [], columns: [], state },
    };
  }

  it('say how a file is compressed, and that its size is the decompressed one', () => {
    const zipped = file('JSON Lines', 'utf-8', 'gzip');
    assert.deepEqual(formatWords(zipped), ['JSON Lines', 'UTF-8', 'gzip']);
    assert.equal(sizeWords(zipped, state), '5.0 MB decompressed');
    assert.equal(storedWords(zipped, state), '1.2 MB compressed');
    assert.deepEqual(formatWords(file('JSON Lines', 'utf-16le', 'zstd', 'gzip')), [
      ...['JSON Lines', 'UTF-16 LE', 'zstd', 'gzip'],
    ]);
  });

  it('say nothing of that where a file is not compressed', () => {
    const plain = file('JSON Lines', 'windows-1252');
    assert.deepEqual(formatWords(plain), ['JSON Lines', 'Windows 1252']);
    assert.equal(sizeWords(plain, state), '5.0 MB');
    assert.equal(storedWords(plain, state), '');
    assert.equal(sizeWords(plain, { ...state, fileSize: undefined }), '');
  });

  it('name no encoding of a Parquet file, and its size as it is stored', () => {
    const parquet = file('Parquet', 'utf-8', 'parquet');
    assert.deepEqual(formatWords(parquet), ['Parquet']);
    assert.equal(encodingWords(parquet), '');
    assert.equal(sizeWords(parquet, state), '1.2 MB');
    assert.equal(storedWords(parquet, state), '');
  });

  it('name encodings as VS Code does, and others by their labels', () => {
    const names = ['shift_jis', 'koi8-r', 'iso-8859-3'].map((label) => encodingWords(file('', label)));
    assert.deepEqual(names, ['Shift JIS', 'KOI8-R', 'ISO-8859-3']);
  });
});
