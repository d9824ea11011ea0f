import { Kind, type Needle } from '../../format/record.ts';
import { fieldText, type Unescape } from '../fieldText.ts';
import { areFew, dropNulls, Hits, placesOf, standsIn, type RawTells } from '../hits.ts';
import type { ComparisonOperator } from '../syntax/tree.ts';
import { isWellFormed } from '../value/compare.ts';
import { markOneOf, markPrefix, markText } from './orders.ts';
import type { AcceptsValue, ReadValue, Selector } from './selector.ts';

const utf8 = new TextEncoder();

/** Records whose text is (or is not) one of a few. */
export function selectEqual(
  field: number,
  texts: readonly string[],
  equal: boolean,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const wanted = texts.filter((text) => isWellFormed(text)).map((text) => utf8.encode(text));
  if (wanted.length === 1) return selectSame(field, wanted[0], equal, readValue, accepts);
  const shortest = Math.min(...wanted.map((text) => text.length));
  const longest = Math.max(...wanted.map((text) => text.length));
  const holds: TextTest = (bytes, start, end) => {
    const length = end - start;
    return length >= shortest && length <= longest && isOneOf(bytes, start, length, wanted);
  };
  const mark = markOneOf(field, wanted, equal);
  return { ...selectRaw(field, 2 + wanted.length / 4, holds, equal, readValue, accepts), mark };
}

/** What is asked of the bytes of a text that are its value. */
type TextTest = (bytes: Uint8Array, start: number, end: number) => boolean;

/** Records whose text passes a test of its bytes (or does not). */
function selectRaw(
  field: number,
  cost: number,
  holds: TextTest,
  wanted: boolean,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  return {
    cost,
    select(block, selection, count) {
      const { kinds, starts, ends } = block.fields[field];
      const { bytes } = block;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const kind = kinds[record];
        if (kind === Kind.Text) {
          selection[kept] = record;
          kept += holds(bytes, starts[record], ends[record]) === wanted ? 1 : 0;
        } else if (kind > Kind.Null && accepts(readValue(block, record))) {
          selection[kept++] = record;
        }
      }
      return kept;
    },
  };
}

/** One text, which is what is asked for most: a loop of its own, without a call for each record. */
function selectSame(
  field: number,
  text: Uint8Array,
  equal: boolean,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const { length } = text;
  return {
    cost: 2,
    mark: markText(field, equal ? '=' : '<>', text),
    select(block, selection, count) {
      const { kinds, starts, ends } = block.fields[field];
      const { bytes } = block;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const kind = kinds[record];
        if (kind === Kind.Text) {
          const start = starts[record];
          const found = ends[record] - start === length && equalAt(bytes, start, text);
          selection[kept] = record;
          kept += found === equal ? 1 : 0;
        } else if (kind > Kind.Null && accepts(readValue(block, record))) {
          selection[kept++] = record;
        }
      }
      return kept;
    },
  };
}

function isOneOf(bytes: Uint8Array, start: number, length: number, texts: readonly Uint8Array[]): boolean {
  for (const text of texts) {
    if (text.length === length && equalAt(bytes, start, text)) return true;
  }
  return false;
}

function equalAt(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  for (let at = 0; at < text.length; at++) {
    if (bytes[start + at] !== text[at]) return false;
  }
  return true;
}

/** Records whose text comes before or after another, in the order of bytes. */
export function selectOrder(
  field: number,
  operator: Exclude<ComparisonOperator, '=' | '<>'>,
  text: string,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const other = utf8.encode(text);
  const takesEqual = operator === '<=' || operator === '>=';
  const takesLess = operator === '<' || operator === '<=';
  const holds: TextTest = (bytes, start, end) => {
    const order = compareAt(bytes, start, end, other);
    return order === 0 ? takesEqual : order < 0 === takesLess;
  };
  return { ...selectRaw(field, 3, holds, true, readValue, accepts), mark: markText(field, operator, other) };
}

function compareAt(bytes: Uint8Array, start: number, end: number, other: Uint8Array): number {
  const length = Math.min(end - start, other.length);
  for (let at = 0; at < length; at++) {
    const difference = bytes[start + at] - other[at];
    if (difference !== 0) return difference;
  }
  return end - start - other.length;
}

/** Records whose text begins or ends with another (or does not). */
export function selectAffix(
  field: number,
  affix: string,
  atEnd: boolean,
  wanted: boolean,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const other = utf8.encode(affix);
  const holds: TextTest = (bytes, start, end) =>
    end - start >= other.length && equalAt(bytes, atEnd ? end - other.length : start, other);
  const mark = atEnd ? undefined : markPrefix(field, other, wanted);
  return { ...selectRaw(field, 2, holds, wanted, readValue, accepts), mark };
}

/**
 * Records whose text holds another (or does not). The needle is sought in the block's bytes and not field by
 * field; a hit counts where it lies whole within a field that is still selected. A field without it that holds
 * one of `doubts` is looked at.
 */
export function selectContaining(
  field: number,
  needle: Needle,
  doubts: readonly Needle[],
  wanted: boolean,
  tells: RawTells,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const { length } = needle.bytes;
  return {
    cost: 6,
    select(block, selection, count) {
      const { bytes } = block;
      const { kinds, starts, ends } = block.fields[field];
      count = dropNulls(kinds, selection, count);
      if (count === 0) return 0;
      const [first, last] = [selection[0], selection[count - 1]];
      const oneByOne = !needle.foldCase && areFew(count, block);
      const places = oneByOne ? noPlaces : placesOf(block, needle, first, last);
      const doubtful = doubts.map((doubt) => new Hits(placesOf(block, doubt, first, last), doubt));
      let next = 0;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const kind = kinds[record];
        if (kind === Kind.Text || kind === Kind.EscapedText) {
          const start = starts[record];
          const end = ends[record];
          while (places[next] < start) next++;
          const found = oneByOne ? standsIn(bytes, start, end, needle.bytes) : places[next] + length <= end;
          const sure = kind === Kind.Text || (!found && tells(bytes, start, end));
          if (sure && (found || doubtful.length === 0 || !isInAny(doubtful, start, end))) {
            selection[kept] = record;
            kept += found === wanted ? 1 : 0;
            continue;
          }
        }
        if (accepts(readValue(block, record))) selection[kept++] = record;
      }
      return kept;
    },
  };
}

const noPlaces = new Uint32Array(0);

/** A function of its own: a closure in the loop would cost every record a context. */
function isInAny(all: readonly Hits[], start: number, end: number): boolean {
  return all.some((hits) => hits.isIn(start, end));
}

/** Records whose text passes a test that needs it decoded. */
export function selectText(
  field: number,
  cost: number,
  unescape: Unescape,
  test: (text: string) => boolean,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  return {
    cost,
    select(block, selection, count) {
      const column = block.fields[field];
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const kind = column.kinds[record];
        const isText = kind === Kind.Text || kind === Kind.EscapedText;
        const holds = isText
          ? test(fieldText(block.bytes, column, record, unescape))
          : kind > Kind.Null && accepts(readValue(block, record));
        if (holds) selection[kept++] = record;
      }
      return kept;
    },
  };
}

/** Records whose field is (or is not) of a kind from `low` to `high`. */
export function selectKind(field: number, low: number, high: number, inside: boolean): Selector {
  return {
    cost: 0.5,
    mark: (block) => block.fields[field].markKinds(low, high, inside),
    select(block, selection, count) {
      const { kinds } = block.fields[field];
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const kind = kinds[record];
        selection[kept] = record;
        kept += (kind >= low && kind <= high) === inside ? 1 : 0;
      }
      return kept;
    },
  };
}
