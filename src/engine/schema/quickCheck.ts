import { openBrace } from '../ascii.ts';
import { isAscii } from 'node:buffer';
import { parseJson } from '../../protocol/jsonValue.ts';
import { Coverage } from '../format/json/coverage.ts';
import { Kind, type FieldColumn, type FieldRequest, type RecordBlock } from '../format/record.ts';
import type { CompiledSchema } from './compile.ts';
import { isListOf } from './quickList.ts';
import type { QuickNode, QuickPlan } from './quickPlan.ts';

/**
 * Finds records that are valid for sure by the fields that a scan has found in them, without reading the records. What is not
 * sure is for `ajv` to say: so the verdicts are those of `ajv` for all of them.
 */
export class QuickCheck {
  readonly #root: QuickNode;
  readonly #coverage: Coverage | undefined;
  readonly #all: readonly FieldRequest[];
  /** Those of the plan that are asked for, and behind them those of `#coverage`. */
  #own: readonly FieldRequest[];
  /**
   * Whether objects are not asked for by themselves, only their members: a scan finds those much sooner. An object without
   * members, and one that is not there, are then not told apart.
   */
  #isLean: boolean;
  readonly #inner: ReadonlyMap<string, (value: unknown) => boolean>;
  #sure = new Uint8Array(0);
  #asked: { readonly before: readonly FieldRequest[]; readonly all: readonly FieldRequest[] } | undefined;
  /** Where each of the plan's fields is among those that are asked for; -1 where it is not. */
  #places: readonly number[];
  #checked = 0;
  #unsure = 0;

  constructor({ root, fields, isClosed }: QuickPlan, schema: CompiledSchema) {
    this.#root = root;
    this.#coverage = isClosed ? new Coverage(fields.map(({ path }) => path.map(String))) : undefined;
    this.#all = fields;
    const isLean = !this.#coverage;
    const objects = new Set(
      [...nodesIn(root)].flatMap((node) => (isLean && isObjectOnly(node) ? [node.request] : [])),
    );
    this.#isLean = objects.size > 0;
    this.#places = fields.map((_, at) => (objects.has(at) ? -1 : 0)).reduce<number[]>(placed, []);
    this.#own = [...fields.filter((_, at) => !objects.has(at)), ...(this.#coverage?.requests ?? [])];
    const pointers = [...nodesIn(root)].flatMap(({ pointer }) => (pointer === undefined ? [] : [pointer]));
    this.#inner = new Map(pointers.map((pointer) => [pointer, schema.at(pointer)]));
  }

  /** The fields that a scan has to find, behind those that it has to find in any case; the same list for the same. */
  fieldsBehind(before: readonly FieldRequest[]): readonly FieldRequest[] {
    if (this.#isLean && this.#unsure > this.#checked / mostUnsure) {
      this.#isLean = false;
      this.#own = this.#all;
      this.#places = this.#all.map((_, at) => at);
      this.#asked = undefined;
    }
    if (this.#asked?.before !== before) this.#asked = { before, all: [...before, ...this.#own] };
    return this.#asked.all;
  }

  /**
   * Which records are valid for sure: 1, by record; valid until the next call.
   * @param first index in `block.fields` of the first of the own fields
   */
  sure(block: RecordBlock, first: number): Uint8Array {
    const { count, bytes, starts } = block;
    if (this.#sure.length < count) this.#sure = new Uint8Array(2 * count);
    const sure = this.#sure;
    for (let record = 0; record < count; record++) sure[record] = bytes[starts[record]] === openBrace ? 1 : 0;
    const texts = new Texts(block);
    this.#members(this.#root, undefined, block, first, texts, sure);
    if (this.#coverage) this.#leaveOdd(this.#coverage, block, first, sure);
    this.#checked += count;
    for (let record = 0; record < count; record++) if (sure[record] === 0) this.#unsure++;
    return sure;
  }

  /** Looks at the members of an object, in the records where `own` is one; undefined: the records themselves. */
  #members(
    node: QuickNode,
    own: FieldColumn | undefined,
    block: RecordBlock,
    first: number,
    texts: Texts,
    sure: Uint8Array,
  ): void {
    for (const { isRequired, node: member } of node.members) {
      const place = this.#places[member.request];
      if (place === -1) {
        this.#leanObject(member, block, first, texts, sure);
        continue;
      }
      const column = block.fields[first + place];
      const { kinds } = column;
      if (isRequired) {
        for (let record = 0; record < block.count; record++) {
          if (kinds[record] !== Kind.Missing) continue;
          if (own === undefined || own.kinds[record] === Kind.Object) sure[record] = 0;
        }
      }
      this.#values(member, column, block.count, texts, sure);
      if (member.members.length > 0) this.#members(member, column, block, first, texts, sure);
    }
  }

  /** An object that is not asked for by itself: it is there for sure where a member of it is. */
  #leanObject(node: QuickNode, block: RecordBlock, first: number, texts: Texts, sure: Uint8Array): void {
    if (!node.members.some(({ isRequired }) => isRequired)) {
      const columns = node.members.flatMap(({ node: { request } }) => {
        const place = this.#places[request];
        return place === -1 ? [] : [block.fields[first + place].kinds];
      });
      for (let record = 0; record < block.count; record++) {
        if (columns.every((kinds) => kinds[record] === Kind.Missing)) sure[record] = 0;
      }
    }
    this.#members(node, undefined, block, first, texts, sure);
  }

  #values(node: QuickNode, column: FieldColumn, count: number, texts: Texts, sure: Uint8Array): void {
    const { kinds } = column;
    const inner = node.pointer === undefined ? undefined : this.#inner.get(node.pointer);
    const verdicts = inner ? innerVerdicts(inner) : verdictsOf(node);
    for (let record = 0; record < count; record++) {
      const verdict = verdicts[kinds[record]];
      if (verdict === sureness.yes || sure[record] === 0) continue;
      if (verdict === sureness.no) sure[record] = 0;
      else if (inner) {
        if (!inner(texts.value(column, record))) sure[record] = 0;
      } else if (kinds[record] === Kind.Number) {
        if (!isAllowedNumber(node, column.numbers[record])) sure[record] = 0;
      } else if (kinds[record] === Kind.List) {
        const { starts, ends } = column;
        if (!node.items || !isListOf(node.items, texts.bytes, starts[record], ends[record])) sure[record] = 0;
      } else if (!isAllowedText(node, column, record, texts)) {
        sure[record] = 0;
      }
    }
  }

  #leaveOdd(coverage: Coverage, block: RecordBlock, first: number, sure: Uint8Array): void {
    const { count } = block;
    const selection = new Uint32Array(count);
    let selected = 0;
    for (let record = 0; record < count; record++) if (sure[record] === 1) selection[selected++] = record;
    const odd = new Uint32Array(selected);
    const found = coverage.uncovered(
      block,
      first + this.#own.length - coverage.requests.length,
      selection,
      selected,
      odd,
    );
    for (let i = 0; i < found; i++) sure[odd[i]] = 0;
  }
}

/** Objects are asked for by themselves once more than one of so many records is not sure without. */
const mostUnsure = 8;

/** Whether a place is an object with members that are named, whatever else is said of it. */
function isObjectOnly({ request, types, members, pointer }: QuickNode): boolean {
  return (
    request >= 0 && pointer === undefined && members.length > 0 && types?.size === 1 && types.has('object')
  );
}

/** Numbers what is there, one after the other. */
function placed(places: number[], place: number): number[] {
  const taken = places.reduce((sum, one) => sum + (one === -1 ? 0 : 1), 0);
  places.push(place === -1 ? -1 : taken);
  return places;
}

/** What the kind of a value says of it. */
const sureness = { no: 0, yes: 1, look: 2 } as const;

function verdictsOf({ types, range, lengths, values, items }: QuickNode): Uint8Array {
  const verdicts = new Uint8Array(16);
  const allows = (type: string): boolean => types === undefined || types.has(type);
  const single = (type: string, value: null | boolean): number =>
    allows(type) && (values === undefined || values.has(value)) ? sureness.yes : sureness.no;
  verdicts[Kind.Missing] = sureness.yes;
  verdicts[Kind.Null] = single('null', null);
  verdicts[Kind.True] = single('boolean', true);
  verdicts[Kind.False] = single('boolean', false);
  const { least, most, below, above } = range;
  const isAnyNumber =
    allows('number') && least === -Infinity && most === Infinity && below === Infinity && above === -Infinity;
  verdicts[Kind.Number] =
    isAnyNumber && values === undefined
      ? sureness.yes
      : allows('number') || allows('integer')
        ? sureness.look
        : sureness.no;
  const isAnyText = lengths.least === 0 && lengths.most === Infinity && values === undefined;
  const text = !allows('string') ? sureness.no : isAnyText ? sureness.yes : sureness.look;
  verdicts[Kind.Text] = text;
  verdicts[Kind.EscapedText] = text === sureness.look ? sureness.no : text;
  const list = items === undefined ? sureness.yes : sureness.look;
  verdicts[Kind.List] = allows('array') && values === undefined ? list : sureness.no;
  verdicts[Kind.Object] = allows('object') && values === undefined ? sureness.yes : sureness.no;
  return verdicts;
}

function innerVerdicts(inner: (value: unknown) => boolean): Uint8Array {
  const verdicts = new Uint8Array(16).fill(sureness.look);
  verdicts[Kind.Missing] = sureness.yes;
  verdicts[Kind.Null] = inner(null) ? sureness.yes : sureness.no;
  verdicts[Kind.True] = inner(true) ? sureness.yes : sureness.no;
  verdicts[Kind.False] = inner(false) ? sureness.yes : sureness.no;
  return verdicts;
}

/** A number that the scan does not know exactly is NaN, and so in no range. */
function isAllowedNumber({ types, range, values }: QuickNode, value: number): boolean {
  const { least, most, below, above } = range;
  return (
    value >= least &&
    value <= most &&
    (value < below || below === Infinity) &&
    (value > above || above === -Infinity) &&
    (types === undefined || types.has('number') || Number.isInteger(value)) &&
    (values === undefined || values.has(value))
  );
}

function isAllowedText(
  { lengths: { least, most }, values }: QuickNode,
  column: FieldColumn,
  record: number,
  texts: Texts,
): boolean {
  if (values) return texts.isOneOf(values, column, record);
  const length = column.ends[record] - column.starts[record];
  // A character is up to four bytes.
  return length <= most && (texts.isAscii ? length : length / 4) >= least;
}

/** Values of the fields of a block. */
class Texts {
  readonly isAscii: boolean;
  readonly bytes: Uint8Array;
  readonly #bytes: Buffer;
  #text: string | undefined;
  #first: number;

  constructor({ bytes, starts, ends, count }: RecordBlock) {
    this.bytes = bytes;
    this.#first = count === 0 ? 0 : starts[0];
    const all = count === 0 ? bytes.subarray(0, 0) : bytes.subarray(this.#first, ends[count - 1]);
    this.#bytes = Buffer.from(all.buffer, all.byteOffset, all.length);
    this.isAscii = isAscii(all);
  }

  text({ starts, ends }: FieldColumn, record: number): string {
    return this.#slice(starts[record], ends[record]);
  }

  /** Whether a text is one of a few; those have no escapes. */
  isOneOf(values: ReadonlySet<unknown>, { starts, ends }: FieldColumn, record: number): boolean {
    const [start, length] = [starts[record], ends[record] - starts[record]];
    for (const text of bytesOf(values)) {
      if (text.length !== length) continue;
      let at = 0;
      while (at < length && text[at] === this.bytes[start + at]) at++;
      if (at === length) return true;
    }
    return false;
  }

  value(column: FieldColumn, record: number): unknown {
    const kind = column.kinds[record];
    if (kind === Kind.Text) return this.text(column, record);
    const quotes = kind === Kind.EscapedText ? 1 : 0;
    return parseJson(this.#slice(column.starts[record] - quotes, column.ends[record] + quotes));
  }

  #slice(from: number, to: number): string {
    const [start, end] = [from - this.#first, to - this.#first];
    if (!this.isAscii) return this.#bytes.toString('utf8', start, end);
    this.#text ??= this.#bytes.toString('latin1');
    return this.#text.slice(start, end);
  }
}

const encoded = new WeakMap<ReadonlySet<unknown>, readonly Uint8Array[]>();

/** The texts among some values, in UTF-8. */
function bytesOf(values: ReadonlySet<unknown>): readonly Uint8Array[] {
  const known = encoded.get(values);
  if (known) return known;
  const texts = [...values].flatMap((value) =>
    typeof value === 'string' ? [new TextEncoder().encode(value)] : [],
  );
  encoded.set(values, texts);
  return texts;
}

function* nodesIn(node: QuickNode): Generator<QuickNode> {
  yield node;
  for (const member of node.members) yield* nodesIn(member.node);
}
