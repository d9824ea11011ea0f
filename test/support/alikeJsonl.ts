import { randomFrom } from './sample.ts';

/**
 * Lines of objects that mostly have the same names in the same order with the same white space between them, as a
 * program writes them; here and there a name more or less, a value of another kind, or one that is no JSON. The
 * same bytes for the same seed.
 */
export function alikeJsonl(seed: number): Uint8Array {
  const random = randomFrom(seed * 2_654_435_761);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)];

  const style = pick(styles);
  const lineEnd = pick(['\n', '\n', '\n', '\r\n', ' \n']);
  const optional = pick([0, 0, 0.02, 0.3]);
  const badShare = pick([0, 0.002, 0.01]);
  const names = Array.from({ length: 1 + below(5) }, () => ({
    name: pick(keys),
    kind: pick(kinds),
    inner:
      random() < 0.3 ? Array.from({ length: below(3) }, () => ({ name: pick(keys), kind: pick(kinds) })) : [],
  }));

  const value = (kind: Kind): string => {
    if (random() < badShare) return pick(malformed);
    return pick(values[random() < 0.02 ? pick(kinds) : kind]);
  };
  const object = (members: readonly string[]): string => `{${members.join(style.comma)}}`;
  const line = (): string =>
    object(
      names
        .filter(() => random() >= optional)
        .map(({ name, kind, inner }) => {
          const own =
            inner.length > 0
              ? object(inner.map((member) => member.name + style.colon + value(member.kind)))
              : value(kind);
          return name + style.colon + own;
        }),
    );

  let text = '';
  for (let count = 10 + below(60); count > 0; count--) {
    text += (random() < 0.01 ? pick(['', ' ', '[1]', '{', '{}', '"a"']) : line()) + lineEnd;
  }
  // What cannot be said in text: bytes that are not UTF-8.
  return Uint8Array.from(
    Buffer.from(text.replaceAll('\ufffe', '\u00ff'), 'utf8').map((byte) =>
      byte === 0xbf && random() < 0.5 ? 0x41 : byte,
    ),
  );
}

type Kind = 'text' | 'whole' | 'decimal' | 'literal' | 'list' | 'nested';

const kinds: readonly Kind[] = ['text', 'text', 'whole', 'decimal', 'literal', 'list', 'nested'];

const styles = [
  { colon: ':', comma: ',' },
  { colon: ':', comma: ',' },
  { colon: ': ', comma: ', ' },
  { colon: ' :\t', comma: ' ,' },
];

const keys = [
  '"a"',
  '"b"',
  '"status"',
  '"é"',
  '"longerThan8Bytes"',
  '"\\u0061"',
  `"${'k'.repeat(40)}"`,
  '""',
  '"x\\""',
];

const values: Record<Kind, readonly string[]> = {
  text: [
    '""',
    '"a"',
    '"x\\n\\"y\\u00e9"',
    '"été"',
    '"\u{1f600}"',
    `"${'long '.repeat(14)}"`,
    `"${'x'.repeat(150)}"`,
    '"{\\"a\\":1}"',
    '"ÿ"',
  ],
  whole: ['0', '7', '200', '503', '-1', '123456789012345', '1234567890123456', '99999999999999999999'],
  decimal: ['0.5', '12.25', '-0.125', '3.0', '1e3', '1.5E-7', '0.1234567890123456', '123456789.123456'],
  literal: ['true', 'false', 'null'],
  list: ['[]', '["a"]', '["a","b\\\\"]', '[1, 2]', '[ ]', '[true,null]', '["]"]'],
  nested: ['{}', '[[1],[]]', '[{"a":1},{"a":[2]}]', '{"a":{"b":1}}', '[{}]'],
};

const malformed = [
  ...[
    '01',
    '1.',
    '.5',
    '-',
    '1e',
    '+1',
    '1.2.3',
    '00',
    '0x1',
    '1 2',
    '--1',
    '12a',
    '1,',
    '123456789012345x',
    '00.5',
    '-01',
  ],
  ...['tru', 'nulll', 'True', 'truefalse', 'x', ''],
  ...['"', '"a', 'a"', '"a"b', '"\t"', '"\u0000"', '"\u001f"', '"\\x"', '"\\u12"', '"\\"', '"\ufffe"', "'a'"],
  ...[
    '[1,]',
    '[,1]',
    '[1 2]',
    '["a"',
    '[01]',
    '[1.]',
    '["a" "b"]',
    '["\\q"]',
    '[1:2]',
    '[}',
    '{]',
    '[[]',
    ']',
  ],
  ...['{"a"}', '{"a":}', '{a:1}', '{"a":1,}', '}', '"a":1'],
];
