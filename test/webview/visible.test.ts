import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pieces, visible } from '../../src/webview/visible.ts';
import { anyCharacter } from '../support/anyCharacter.ts';

describe('webview/visible', () => {
  const cases: readonly [string, string][] = [
    ['plain \u00e9\u4e2d\u0645', 'plain \u00e9\u4e2d\u0645'],
    ['a\nb\tc', 'a\u21b5b\u21e5c'],
    ['\u0000\u001b\u007f', '\u2400\u241b\u2421'],
    ['\u0085\u009b', '\u27e8U+0085\u27e9\u27e8U+009B\u27e9'],
    ['user\u202etxt.exe', 'user\u27e8RLO\u27e9txt.exe'],
    ['pay\u200bpal\ufeff', 'pay\u27e8ZWSP\u27e9pal\u27e8BOM\u27e9'],
    ['a\u200db', 'a\u27e8ZWJ\u27e9b'],
    ['\u2028\u00ad\u3164', '\u27e8LSEP\u27e9\u27e8SHY\u27e9\u27e8U+3164\u27e9'],
    ['\ud800', '\u27e8U+D800\u27e9'],
    ['\u{e0041}', '\u27e8U+E0041\u27e9'],
  ];
  for (const [text, shown] of cases) {
    it(`shows ${JSON.stringify(text)} as ${shown}`, () => assert.equal(visible(text), shown));
  }

  it('leaves the joiners that scripts and emoji need', () => {
    for (const text of [
      '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
      '\u2764\ufe0f\u200d\u{1f525}',
      '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    ]) {
      assert.equal(visible(text), text);
    }
  });

  it('loses no character, and marks each that it replaced', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 40 }), (text) => {
        const found = pieces(text);
        assert.equal(found.map((piece) => piece.text).join(''), visible(text));
        assert.doesNotMatch(
          visible(text).replace(/[\u200c\u200d]/g, ''),
          /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u,
        );
        const plain = found.filter((piece) => !piece.sign).map((piece) => piece.text);
        for (const part of plain) assert(text.includes(part));
      }),
    );
  });

  it('keeps line ends where that is asked for', () => {
    assert.deepEqual(
      pieces('a\n\u0007', '\n').map(({ text, sign, code }) => [text, sign, code]),
      [
        ['a\n', false, ''],
        ['\u2407', true, 'U+0007'],
      ],
    );
  });
});
