import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runs } from '../../support/long.ts';
import { compileWholeRegex } from '../../../src/engine/regex/wholeRegex.ts';

interface Part {
  readonly source: string;
  readonly mayBeEmpty: boolean;
}

const places = ['\\b', '\\B', '^', '$'];
/** Pieces of patterns that JavaScript and RE2 read alike, in a line. */
const characters = ['a', 'b', 'é', '😀', '.', '[ab]', '[^a]', '[à-ü]', '\\d', '\\w', '\\S', '[a-c]', '(?:ab|b)', '-', ' ']; // prettier-ignore
const repeats = ['', '', '', '?', '{2}', '{1,2}', '{0,2}', '??', '{0,2}?', '*', '+', '{2,}', '*?', '+?'];
const atom = fc.oneof(
  {
    weight: 9,
    arbitrary: repeated(fc.constantFrom(...characters).map((source) => ({ source, mayBeEmpty: false }))),
  },
  { weight: 2, arbitrary: fc.constantFrom(...places).map((source) => ({ source, mayBeEmpty: true })) },
);

/** What may be empty is not repeated without end: of rounds that take nothing, the two make other ones. */
function repeated(part: fc.Arbitrary<Part>): fc.Arbitrary<Part> {
  return fc.tuple(part, fc.constantFrom(...repeats)).map(([{ source, mayBeEmpty }, repeat]) => ({
    source: source + (mayBeEmpty && /[*+]|,\}/.test(repeat) ? '' : repeat),
    mayBeEmpty: mayBeEmpty || /^(\?|\*|\{0)/.test(repeat),
  }));
}

const unnamed: fc.Arbitrary<Part> = fc.letrec<{ regex: Part; sequence: Part }>((tie) => ({
  regex: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: tie('sequence') },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('sequence'), tie('regex')).map(([a, b]) => ({
        source: `${a.source}|${b.source}`,
        mayBeEmpty: a.mayBeEmpty || b.mayBeEmpty,
      })),
    },
  ),
  sequence: fc
    .array(
      fc.oneof(
        { weight: 5, arbitrary: atom },
        {
          weight: 2,
          arbitrary: repeated(
            tie('regex').map(({ source, mayBeEmpty }) => ({ source: `(${source})`, mayBeEmpty })),
          ),
        },
      ),
      { maxLength: 4 },
    )
    .map((parts) => ({
      source: parts.map(({ source }) => source).join(''),
      mayBeEmpty: parts.every(({ mayBeEmpty }) => mayBeEmpty),
    })),
})).regex;
/** Each group has a name. */
const pattern = unnamed.map(({ source }) => {
  let groups = 0;
  return source.replaceAll(/\((?!\?)/g, () => `(?<g${++groups}>`);
});
const line = fc
  .array(fc.constantFrom('a', 'b', 'c', 'é', '😀', '-', ' ', '1', '_', '\r'), { maxLength: 8 })
  .map((parts) => parts.join(''));

type Groups = Record<string, [number, number] | undefined>;

/** Where JavaScript finds the groups, in bytes; undefined where the pattern does not match the line. */
function expected(source: string, text: string, encoding: 'utf8' | 'latin1'): Groups | undefined {
  const match = new RegExp(`^(?:${source})$`, 'dsu').exec(text);
  if (!match) return undefined;
  const lengthTo = (index: number): number => Buffer.byteLength(text.slice(0, index), encoding);
  return Object.fromEntries(
    Object.entries(match.indices?.groups ?? {}).map(
      ([name, place]: [string, [number, number] | undefined]) => [
        name,
        place && [lengthTo(place[0]), lengthTo(place[1])],
      ],
    ),
  );
}

function placeOf({ slots }: { readonly slots: Int32Array }, group: number): [number, number] | undefined {
  const [from, to] = slots.subarray(2 * group, 2 * group + 2);
  return to === -1 ? undefined : [from - 2, to - 2];
}

/** The same, found by Rowriver, with other bytes around the line. */
function found(source: string, text: string, encoding: 'utf8' | 'latin1'): Groups | undefined {
  const regex = compileWholeRegex(source);
  const matcher = regex.matcher(encoding, [...regex.names.values()]);
  const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.from(text, encoding), Buffer.from('\nb')]);
  const end = bytes.length - 2;
  const matches = matcher.match(bytes, 2, end);
  // Asked for one group alone, it says the same of it.
  const alone = Array.from(regex.names, ([name, group]) => {
    const single = regex.matcher(encoding, [group]);
    assert.equal(single.match(bytes, 2, end), matches);
    return [name, placeOf(single, group)] as const;
  });
  if (!matches) return undefined;
  const groups = Array.from(regex.names, ([name, group]) => [name, placeOf(matcher, group)] as const);
  assert.deepEqual(alone, groups);
  return Object.fromEntries(groups);
}

describe('a regular expression of whole lines', () => {
  it('finds the groups that JavaScript finds', () => {
    let matching = 0;
    fc.assert(
      fc.property(pattern, fc.array(line, { minLength: 4, maxLength: 4 }), (source, texts) => {
        for (const text of texts) {
          // V8 finds \B between the halves of a surrogate pair.
          if (source.includes('\\B') && text.includes('😀')) continue;
          const groups = expected(source, text, 'utf8');
          if (groups) matching++;
          assert.deepEqual(found(source, text, 'utf8'), groups, text);
          if (!text.includes('😀'))
            assert.deepEqual(found(source, text, 'latin1'), expected(source, text, 'latin1'));
        }
      }),
      { numRuns: runs(400, 20_000) },
    );
    assert.ok(matching > 100, `${matching} lines match`);
  });

  it('takes a byte that is not ASCII for a character where the line is Latin-1', () => {
    assert.deepEqual(found('(?<a>.)\\b(?<b>\\w)(?<c>\\W)', 'éaÿ', 'latin1'), {
      a: [0, 1],
      b: [1, 2],
      c: [2, 3],
    });
    assert.deepEqual(found('(?<a>.)(?<b>\\B.)', '\x80\xbf', 'latin1'), { a: [0, 1], b: [1, 2] });
  });

  const many = 100_000;
  for (const [source, text, groups] of [
    ['(?<a>(x+x+)+)y', 'x'.repeat(many), undefined],
    ['(?<a>(x+x+)+)y', `${'x'.repeat(many)}y`, { a: [0, many] }],
    ['(?<a>(?:x|xx)+)(?<b>x*)', 'x'.repeat(many), { a: [0, many], b: [many, many] }],
    [
      '(?<a>.*)(?<b>.*)=(?<c>.*)',
      '='.repeat(many),
      { a: [0, many - 1], b: [many - 1, many - 1], c: [many, many] },
    ],
    ['(?<a>.*?)(?<b>.*)=(?<c>.*)', 'x'.repeat(many), undefined],
    ['(?<a>(?:.?){200}x*)', 'x'.repeat(10_000), { a: [0, 10_000] }],
    // Of such a line more states would be kept than may be.
    ['(?<a>[ab]{14}a)(?<b>[ab]*)', `${'b'.repeat(14)}a${noise(20_000)}`, { a: [0, 15], b: [15, 20_015] }],
  ] as const) {
    it(`takes time in proportion to the line: ${source}`, () => {
      assert.deepEqual(found(source, text, 'utf8'), groups);
    });
  }
});

/** Letters in an order that does not repeat. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % (2 ** 31 - 1);
    return state > 2 ** 30 ? 'a' : 'b';
  }).join('');
}
