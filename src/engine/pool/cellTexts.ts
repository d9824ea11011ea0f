import { lineFeed } from '../ascii.ts';
import { jsonInOneLine } from '../../protocol/jsonValue.ts';
import type { FieldReader, Format } from '../format/driver.ts';
import { JsonFields } from '../format/json/fields.ts';
import { Kind, type Needle, type RecordBlock } from '../format/record.ts';
import { bufferOver } from '../query/fieldText.ts';
import type { Find, SearchedCells } from './task.ts';

/** Whether a text holds the one that is sought, as `TextFinder` says. */
export function holding({ text, matchCase }: Pick<Find, 'text' | 'matchCase'>): (text: string) => boolean {
  if (matchCase) return (where) => where.includes(text);
  const sought = text.toLowerCase();
  return (where) => where.toLowerCase().includes(sought);
}

/** The places at which a text stands in the bytes of one record after the other. */
export class RecordHits {
  readonly #places: Uint32Array;
  readonly #length: number;
  #first = 0;

  /** @param places those of `placesOf` */
  constructor(places: Uint32Array, needle: Needle) {
    this.#places = places;
    this.#length = needle.bytes.length;
  }

  /** Goes on to the record [start, end), which is behind the last one; answers whether the text stands in it. */
  begin(start: number, end: number): boolean {
    while (this.#places[this.#first] < start) this.#first++;
    return this.#places[this.#first] + this.#length <= end;
  }

  /** Whether it stands in a part of that record. */
  isIn(start: number, end: number): boolean {
    for (let at = this.#first; this.#places[at] + this.#length <= end; at++) {
      if (this.#places[at] >= start) return true;
    }
    return false;
  }
}

/** The cells of records, to be asked whether one of them holds a text. */
export interface RecordCells {
  /**
   * Whether a cell of a readable record holds the text.
   * @param hits where it stands in the record's bytes
   * @param isOpen whether it may be in a cell all the same where it is not in its bytes
   */
  hold(block: RecordBlock, record: number, hits: RecordHits, isOpen: boolean): boolean;
}

/** @param holds whether a text holds the one that is sought */
export function cellsOf(format: Format, shown: SearchedCells, holds: (text: string) => boolean): RecordCells {
  const reader = format.fields?.();
  return reader ? new TableCells(reader, format, holds) : new JsonCells(format, shown, holds);
}

/** Those of a table: texts, which may stand in quotes. */
class TableCells implements RecordCells {
  readonly #reader: FieldReader;
  readonly #shown: readonly boolean[];
  readonly #holds: (text: string) => boolean;

  constructor(reader: FieldReader, { layout }: Format, holds: (text: string) => boolean) {
    this.#reader = reader;
    this.#holds = holds;
    const { partitions = [] } = layout;
    // A column of the files' folders goes before one of that name.
    this.#shown = layout.names === 'columns' ? layout.columns.map((name) => !partitions.includes(name)) : [];
  }

  hold(block: RecordBlock, record: number): boolean {
    const reader = this.#reader;
    const count = Math.min(reader.read(block, record), this.#shown.length);
    for (let field = 0; field < count; field++) {
      if (!this.#shown[field] || reader.isNull(field)) continue;
      const { bytes, start, end } = reader.text(field);
      if (this.#holds(bufferOver(bytes).toString('utf8', start, end))) return true;
    }
    return false;
  }
}

/** Those of JSON: a column for each path, lists and some objects as they are written. */
class JsonCells implements RecordCells {
  readonly #fields: JsonFields;
  /** Finds objects that columns show although others may show their members. */
  readonly #objects: JsonFields | undefined;
  readonly #hidden: ReadonlySet<string>;
  /** Of the columns of `#fields`, as far as they are known, which are shown. */
  readonly #isShown: boolean[] = [];
  readonly #holds: (text: string) => boolean;
  readonly #unescaped: Format['unescaped'];
  readonly #onOneLine: boolean;

  constructor(format: Format, { objects, named }: SearchedCells, holds: (text: string) => boolean) {
    const { partitions = [], named: nameColumn } = format.layout;
    this.#hidden = new Set(nameColumn === undefined ? partitions : [...partitions, nameColumn]);
    this.#fields = named ? new JsonFields(objects, undefined, true) : new JsonFields();
    this.#objects = named || objects.length === 0 ? undefined : new JsonFields(objects, 0, true);
    this.#holds = holds;
    this.#unescaped = format.unescaped;
    this.#onOneLine = format.records === 'lines';
  }

  hold({ bytes, starts, ends }: RecordBlock, record: number, hits: RecordHits, isOpen: boolean): boolean {
    const [start, end] = [starts[record], ends[record]];
    const fields = this.#fields;
    fields.read(bytes, start, end);
    const { count } = fields;
    if (count > this.#isShown.length) this.#learn();
    for (let column = 0; column < count; column++) {
      if (this.#isShown[column] && this.#isIn(fields, column, bytes, hits, isOpen)) return true;
    }
    const objects = this.#objects;
    if (!objects) return false;
    objects.read(bytes, start, end);
    for (let column = 0; column < objects.count; column++) {
      const isObject = objects.kinds[column] === Kind.Object;
      if (isObject && this.#isIn(objects, column, bytes, hits, isOpen)) return true;
    }
    return false;
  }

  #learn(): void {
    for (const path of this.#fields.paths(this.#isShown.length)) {
      this.#isShown.push(path.length === 0 || !this.#hidden.has(path[0]));
    }
  }

  #isIn(
    { kinds, starts, ends }: JsonFields,
    column: number,
    bytes: Uint8Array,
    hits: RecordHits,
    isOpen: boolean,
  ): boolean {
    const kind = kinds[column];
    if (kind === Kind.Missing || kind === Kind.Null) return false;
    const [start, end] = [starts[column], ends[column]];
    const isHit = hits.isIn(start, end);
    if (!isHit && !isOpen) return false;
    switch (kind) {
      case Kind.EscapedText:
        return this.#holds(this.#unescaped(bytes.subarray(start, end)));
      case Kind.List:
      case Kind.Object: {
        const isPlain = this.#onOneLine || !bytes.subarray(start, end).includes(lineFeed);
        if (isPlain && isHit) return true;
        const json = bufferOver(bytes).toString('utf8', start, end);
        return this.#holds(isPlain ? json : jsonInOneLine(json));
      }
      default:
        return isHit || this.#holds(bufferOver(bytes).toString('utf8', start, end));
    }
  }
}
