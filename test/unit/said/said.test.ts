import assert from 'node:assert/strict';
import { english, fill, inWords, listed, said, SaidError, saidOf } from '../../../src/said/said.ts';

describe('said', () => {
  const german: Readonly<Record<string, string>> = {
    'There is no file {0}.': 'Die Datei {0} gibt es nicht.',
    '{0} of {1}: {2}': '{2} ({1}, davon {0})',
  };
  const inGerman = (text: string, ...values: (string | number)[]) => fill(german[text] ?? text, ...values);

  it('keeps the text with numbered holes, and what is filled in', () => {
    assert.deepEqual(said`No file.`, { text: 'No file.', values: [] });
    assert.deepEqual(said`${1} of ${'b'}`, { text: '{0} of {1}', values: [1, 'b'] });
  });

  it('is English by itself: numbers stand as they are', () => {
    assert.equal(english(said`${'a'} has ${1234567.5} bytes, not ${0}`), 'a has 1234567.5 bytes, not 0');
  });

  it('is looked up as a whole, and filled in wherever the translation has it, sentences too', () => {
    const file = said`There is no file ${'a.csv'}.`;
    assert.equal(inWords(file, inGerman), 'Die Datei a.csv gibt es nicht.');
    assert.equal(
      inWords(said`${1} of ${2}: ${file}`, inGerman),
      'Die Datei a.csv gibt es nicht. (2, davon 1)',
    );
    assert.equal(english(said`${1} of ${2}: ${file}`), '1 of 2: There is no file a.csv.');
  });

  it('is several in one, each looked up by itself', () => {
    const all = listed([said`There is no file ${'a.csv'}.`, said`comma`, said`${'x'}`]);
    assert.equal(english(all), 'There is no file a.csv., comma, x');
    assert.equal(inWords(all, inGerman), 'Die Datei a.csv gibt es nicht., comma, x');
    assert.equal(english(listed([])), '');
  });

  it('leaves braces alone, in the text and in what is filled in', () => {
    assert.equal(
      english(said`a{2,3} and {} by ${'{0}{1}'}, ${said`${'{9}'}!`}`),
      'a{2,3} and {} by {0}{1}, {9}!',
    );
  });

  it('is kept by errors, and is made of the message of others', () => {
    const cause = new Error('disk');
    const error = new SaidError(said`There is no file ${'a'}.`, { cause });
    assert.equal(error.message, 'There is no file a.');
    assert.equal(error.cause, cause);
    assert.deepEqual(saidOf(error), { text: 'There is no file {0}.', values: ['a'] });
    assert.deepEqual(saidOf(new TypeError('{0} is odd')), { text: '{0}', values: ['{0} is odd'] });
    assert.equal(english(saidOf('thrown')), 'thrown');
  });
});
