import fc from 'fast-check';
import { anyCharacter } from './anyCharacter.ts';

/**
 * JSON texts as people and programs write them: odd white space, every escape, equal keys, keys that only differ
 * in how they are escaped, numbers of every shape. Few distinct keys, so that paths meet them.
 * @param notFinite whether there are numbers that JSON has no words for
 */
export function jsonText(notFinite = false): fc.Arbitrary<string> {
  return fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      notFinite ? fc.oneof({ weight: 6, arbitrary: scalarText }, notFiniteText) : scalarText,
      tie('object'),
      tie('list'),
      tie('object'),
    ),
    list: fc
      .array(fc.tuple(space, tie('value'), space), { maxLength: 4 })
      .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
    object: fc
      .array(fc.tuple(space, keyText, space, fc.constant(':'), space, tie('value'), space), { maxLength: 5 })
      .map((members) => `{${members.map((member) => member.join('')).join(',')}}`),
  })).value;
}

/** A line of bytes that is what the engine takes for JSON, or nearly. */
export function nearlyJson(): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(space, jsonText(true), space, fc.array(edit, { maxLength: 3 }))
    .map(([before, text, after, edits]) => {
      let bytes = [...encoder.encode(before + text + after)];
      for (const { place, remove, insert } of edits) {
        const at = Math.floor(place * (bytes.length + 1));
        bytes = [...bytes.slice(0, at), ...insert, ...bytes.slice(at + remove)];
      }
      return Uint8Array.from(bytes.filter((byte) => byte !== 0x0a));
    });
}

/** Lines with their ends, the last one with or without. */
export function nearlyJsonl(): fc.Arbitrary<Uint8Array> {
  const line = fc.oneof({ weight: 5, arbitrary: nearlyJson() }, { weight: 1, arbitrary: blankLine });
  const ended = fc.tuple(line, lineEnd).map(([text, end]) => Buffer.concat([text, end]));
  return fc
    .tuple(fc.boolean(), fc.array(ended, { maxLength: 6 }), fc.option(line, { nil: new Uint8Array(0) }))
    .map(
      ([mark, lines, last]) =>
        new Uint8Array(
          Buffer.concat([mark ? byteOrderMark : '', ...lines, last].map((part) => Buffer.from(part))),
        ),
    );
}

/** Paths that meet the keys of `jsonText`. */
export function jsonPath(): fc.Arbitrary<(string | number)[]> {
  return fc.array(
    fc.oneof({ weight: 4, arbitrary: key }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) }),
    {
      maxLength: 3,
    },
  );
}

const encoder = new TextEncoder();
const byteOrderMark = Uint8Array.of(0xef, 0xbb, 0xbf);
const space = fc.constantFrom('', '', '', '', ' ', '\t', '\r', '  ');
const blankLine = fc.constantFrom('', ' ', '\t', '\r', ' \r ').map((text) => encoder.encode(text));
const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r\r\n').map((text) => encoder.encode(text));

const key = fc.constantFrom(
  'a',
  'b',
  'status',
  'longerThan8Bytes',
  'é',
  '',
  '\ud800',
  '😀',
  '__proto__',
  'a"b\\',
);

const text = fc.oneof(
  key,
  fc.string({ unit: anyCharacter, maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom('\ud800', '"a":1', '{', '\\', '\\"', '\u0000', '\u007f', '\ufeff', 'x'.repeat(64)),
);

/** A text in quotes, some of its characters escaped that need not be. */
function quoted(content: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(content, fc.infiniteStream(fc.integer({ min: 0, max: 9 }))).map(([characters, choices]) => {
    const choice = choices[Symbol.iterator]();
    const units = Array.from(characters).map((character) => {
      const plain = JSON.stringify(character).slice(1, -1);
      if (choice.next().value !== 0) return plain;
      return character
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('');
    });
    return `"${units.join('')}"`;
  });
}

const keyText = quoted(key);

const digits = fc.string({ unit: fc.constantFrom('0', '1', '5', '9'), minLength: 1, maxLength: 18 });

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc
    .record({
      sign: fc.constantFrom('', '-'),
      integer: digits.map((run) => run.replace(/^0+(?=.)/, '')),
      fraction: fc.option(
        digits.map((run) => `.${run}`),
        { nil: '' },
      ),
      exponent: fc.option(
        fc
          .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.integer({ min: 0, max: 40 }))
          .map((parts) => parts.join('')),
        { nil: '' },
      ),
    })
    .map(({ sign, integer, fraction, exponent }) => sign + integer + fraction + exponent),
);

const scalarText = fc.oneof(
  numberText,
  quoted(text),
  fc.constantFrom('true', 'false', 'null', '0', '-0', '"\\/"'),
);

const notFiniteText = fc.constantFrom('NaN', 'Infinity', '-Infinity');

/** Bytes that decide something in JSON or UTF-8. */
const tellingByte = fc.constantFrom(
  ...Array.from('"\\{}[]:,0123456789.eE+-tfnuNI \t\r/bX', (character) => character.charCodeAt(0)),
  ...[0x00, 0x01, 0x1f, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xa0, 0xef, 0xf0, 0xf4, 0x90, 0xff],
);

const edit = fc.record({
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  remove: fc.integer({ min: 0, max: 3 }),
  insert: fc.array(tellingByte, { maxLength: 3 }),
});
