import { backslash, carriageReturn, lineFeed } from '../../ascii.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import { isReadable } from '../../fault.ts';
import { JsonFields, type FieldPath } from '../../format/json/fields.ts';
import { Kind } from '../../format/record.ts';
import { eachLine } from '../derivedRow.ts';
import { appendOnOneLine, appendUnescaped } from '../jsonText.ts';
import { faultOf } from '../unreadable.ts';

const [tab, letterN] = [9, 0x4e];

/** Bytes that the text format of COPY wants behind a backslash, and what stands for them there. */
const escapes = new Uint8Array(256);
escapes[backslash] = backslash;
escapes[tab] = 0x74;
escapes[lineFeed] = 0x6e;
escapes[carriageReturn] = 0x72;

/** Rows in the text format of PostgreSQL's COPY. Lists and objects are JSON text; null and a missing member are `\N`. */
export class CopyText {
  readonly #fields: JsonFields;
  readonly #width: number;
  readonly #emptyIsNull: boolean;
  readonly #out = new ByteBuilder();
  readonly #scratch = new ByteBuilder();

  /** @param emptyIsNull whether an empty text is no value, as in a delimited text */
  constructor(paths: readonly FieldPath[], emptyIsNull: boolean) {
    this.#fields = new JsonFields(paths, 0, true);
    this.#width = paths.length;
    this.#emptyIsNull = emptyIsNull;
  }

  /**
   * One line of the result for each line of `lines`. The result is the caller's.
   * @param unreadable takes the number of each line, from 0, that is no JSON: it is left out
   */
  encode(lines: Uint8Array, unreadable: (row: number) => void): Uint8Array {
    const fields = this.#fields;
    eachLine(lines, (block, record) => {
      const { bytes, starts, ends } = block;
      if (!isReadable(faultOf(block, record))) {
        unreadable(record);
        return;
      }
      fields.read(bytes, starts[record], ends[record]);
      for (let column = 0; column < this.#width; column++) {
        if (column > 0) this.#out.byte(tab);
        this.#cell(bytes, fields.kinds[column] ?? Kind.Missing, fields.starts[column], fields.ends[column]);
      }
      this.#out.byte(lineFeed);
    });
    return this.#out.take();
  }

  #cell(bytes: Uint8Array, kind: number, start: number, end: number): void {
    const isNull = kind === Kind.Missing || kind === Kind.Null;
    if (isNull || (this.#emptyIsNull && kind === Kind.Text && start === end)) {
      this.#out.byte(backslash);
      this.#out.byte(letterN);
      return;
    }
    const isNested = kind === Kind.List || kind === Kind.Object;
    if (kind !== Kind.EscapedText && !isNested) {
      this.#escaped(bytes, start, end);
      return;
    }
    const scratch = this.#scratch;
    scratch.clear();
    if (isNested) appendOnOneLine(scratch, bytes, start, end);
    else appendUnescaped(scratch, bytes, start, end);
    this.#escaped(scratch.view(), 0, scratch.length);
  }

  #escaped(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    for (let at = start; at < end; at++) {
      const escape = escapes[bytes[at] ?? 0] ?? 0;
      if (escape === 0) continue;
      this.#out.copy(bytes, from, at);
      this.#out.byte(backslash);
      this.#out.byte(escape);
      from = at + 1;
    }
    this.#out.copy(bytes, from, end);
  }
}
