import { withQuotedNaN } from '../../protocol/jsonValue.ts';
import {
  backslash,
  bigI,
  bigN,
  closeBrace,
  colon,
  comma,
  lineFeed,
  openBrace,
  quote,
  smallA,
  smallN,
  space,
} from '../ascii.ts';
import { Kind } from '../format/record.ts';
import { jsonUnescape } from '../query/fieldText.ts';
import type { Output } from '../query/resolve/step.ts';
import { JsonObject, readValid } from '../query/value/json.ts';
import { vectorAt, type Batch } from './batch.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readCell, tag, writeCell } from './codec.ts';
import { CodedVector } from './codedVector.ts';
import { MemberEdits } from './memberEdits.ts';
import { editedMembers, editedObject, type Member } from './openRow.ts';
import { LinesVector } from './linesVector.ts';
import type { Room } from './room.ts';
import { CellVector, FieldVector, jsonOfCell, RecordVector, type Cell, type Vector } from './vector.ts';
import type { WrittenObject } from './writtenRecords.ts';

/** Names of the columns; undefined where the rows also hold members that are not known by name. */
export function columnsOf(output: Output): string[] | undefined {
  const columns = output.flatMap((part) => (part.kind === 'column' ? [part.name] : []));
  return columns.length === output.length ? columns : undefined;
}

/** Slots that writing a row looks at. */
export function slotsOf(output: Output): number[] {
  return output.flatMap((part) => [
    part.slot,
    ...(part.kind === 'open'
      ? part.edits.flatMap(({ action }) => (action.kind === 'replace' ? [action.slot] : []))
      : []),
  ]);
}

/** What stands before and behind each row. */
export interface RowMarks {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Each row on a line. */
const lines: RowMarks = { before: new Uint8Array(0), after: Uint8Array.of(lineFeed) };

/**
 * Writes the selected rows as JSON objects, a line each. A column's key is its name. What comes from the source
 * unchanged keeps its text: numbers, the order of members. A row that is a record as it stands is written
 * as the record is, be it an object or not.
 * @param room what the rows may come to
 */
export function writeRows(
  out: ByteWriter,
  batch: Batch,
  output: Output,
  { before, after }: RowMarks = lines,
  room?: Room,
): void {
  const [first] = output;
  const isOpen = output.length === 1 && first.kind === 'open' && first.edits.length === 0;
  if (isOpen && after === lines.after) {
    const vector = vectorAt(batch, first.slot);
    if (vector instanceof LinesVector && isAll(batch, vector.rows)) {
      out.copy(vector.bytes);
      return;
    }
  }
  const isRecord = isOpen && first.ofRecord;
  const parts = isRecord ? [] : output.map((part, at) => partWriter(batch, part, at));
  const record = isRecord ? vectorAt(batch, first.slot) : undefined;
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selection[i];
    const start = out.length;
    out.copy(before);
    if (record) {
      writeJson(out, record, row);
    } else {
      out.byte(openBrace);
      const inside = out.length;
      for (const part of parts) writePart(out, part, row, inside);
      out.byte(closeBrace);
    }
    out.copy(after);
    room?.take(out.length - start);
  }
}

type PartWriter =
  | {
      readonly kind: 'column';
      readonly key: Uint8Array;
      readonly vector: Vector;
      /** Where the column is one. */
      readonly field: FieldCells | undefined;
    }
  | {
      readonly kind: 'open';
      readonly vector: Vector;
      readonly part: OpenPart;
      readonly batch: Batch;
      /** Undefined where nothing is edited. */
      readonly edits: MemberEdits | undefined;
    };

function partWriter(batch: Batch, part: Output[number], at: number): PartWriter {
  const vector = vectorAt(batch, part.slot);
  if (part.kind === 'column') {
    const key = Buffer.from(`${at > 0 ? ',' : ''}${JSON.stringify(part.name)}:`);
    return {
      kind: 'column',
      key,
      vector,
      field: vector instanceof FieldVector ? cellsOf(vector) : undefined,
    };
  }
  const edits = part.edits.length > 0 ? new MemberEdits(part.edits) : undefined;
  return { kind: 'open', vector, part, batch, edits };
}

/** @param inside where the row's members begin */
function writePart(out: ByteWriter, writer: PartWriter, row: number, inside: number): void {
  const { vector } = writer;
  if (writer.kind === 'column') {
    // After an open part that has turned out empty there is nothing to put a comma behind.
    out.copy(writer.key, writer.key[0] === comma && out.length === inside ? 1 : 0);
    if (!writer.field || !copyField(out, writer.field, row)) writeJson(out, vector, row);
    return;
  }
  const { batch, part, edits } = writer;
  if (edits) {
    if (writeEdited(out, vector, row, edits, batch, inside)) return;
    for (const [key, json] of openMembers(batch, part, row)) {
      if (out.length > inside) out.byte(comma);
      out.utf8(key);
      out.byte(colon);
      out.utf8(onJsonLine(json));
    }
    return;
  }
  if (copyMembers(out, vector, row, out.length > inside)) return;
  const members = onJsonLine(openObject(batch, part, row))
    .slice(1, -1)
    .trim();
  if (members !== '') out.utf8(out.length > inside ? `,${members}` : members);
}

/** The members of an object that stands in written bytes, edited there; false where it must be read. */
function writeEdited(
  out: ByteWriter,
  vector: Vector,
  row: number,
  edits: MemberEdits,
  batch: Batch,
  inside: number,
): boolean {
  const object = objectIn(vector, row);
  if (object === undefined) return false;
  const { bytes, start, end } = object;
  if (object.mayBeOdd && isOdd(bytes, start, end)) return false;
  if (!edits.read(bytes, start, end)) return false;
  edits.write(out, inside, (slot) => writeJson(out, vectorAt(batch, slot), row));
  return true;
}

/** Whether a batch's rows are all of its vectors' rows, in their order. */
function isAll({ selection, count }: Batch, rows: number): boolean {
  if (count !== rows) return false;
  for (let row = 0; row < count; row++) if (selection[row] !== row) return false;
  return true;
}

/** What is between the braces of an object that stands in written bytes; false where it must be read. */
function copyMembers(out: ByteWriter, vector: Vector, row: number, needsComma: boolean): boolean {
  const object = objectIn(vector, row);
  if (object === undefined) return false;
  const { bytes } = object;
  let from = object.start + 1;
  let to = object.end - 1;
  while (from < to && bytes[from] === space) from++;
  while (from < to && bytes[to - 1] === space) to--;
  if (object.mayBeOdd && isOdd(bytes, from, to)) return false;
  if (from === to) return true;
  if (needsComma) out.byte(comma);
  out.copy(bytes, from, to);
  return true;
}

/** Where an object stands in written bytes, if it does. */
function objectIn(vector: Vector, row: number): WrittenObject | undefined {
  if (vector instanceof LinesVector) return { bytes: vector.bytes, ...vector.range(row), mayBeOdd: false };
  if (vector instanceof RecordVector) return vector.written.at(row);
  if (!(vector instanceof CodedVector)) return undefined;
  const cell = vector.range(row);
  if (cell?.kind !== tag.objectText) return undefined;
  return { bytes: vector.bytes, start: cell.start, end: cell.end, mayBeOdd: true };
}

type OpenPart = Extract<Output[number], { kind: 'open' }>;

/** An open part as JSON text, as edited. */
export function openObject(batch: Batch, part: OpenPart, row: number): string {
  return editedObject(openCell(batch, part, row), part.edits, replacementIn(batch, row));
}

/** The members of an open part, as edited: one by one, since a text of all of them would be a copy of a long record. */
function openMembers(batch: Batch, part: OpenPart, row: number): readonly Member[] {
  return editedMembers(openCell(batch, part, row), part.edits, replacementIn(batch, row));
}

/** Only a record has a value to show where it is no object; of a column that is NULL, there are no members. */
function openCell(batch: Batch, part: OpenPart, row: number): Cell {
  const cell = vectorAt(batch, part.slot).cell(row);
  if (cell === null && !part.ofRecord) return noMembers;
  return cell instanceof JsonObject && cell.text === undefined ? asCarried(cell) : cell;
}

function replacementIn(batch: Batch, row: number): (slot: number) => string {
  return (slot) => carriedJson(vectorAt(batch, slot).cell(row));
}

const noMembers = new JsonObject('{}');

/** The columns as the rows have them: of an open part, its object as edited. What DISTINCT compares. */
export function outputVectors(batch: Batch, output: Output): Vector[] {
  return output.map((part) => {
    if (part.kind === 'column' || part.edits.length === 0) return vectorAt(batch, part.slot);
    const cells: Cell[] = new Array<Cell>(batch.rows).fill(null);
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      cells[row] = readValid(openObject(batch, part, row));
    }
    return new CellVector(cells);
  });
}

/** Writes a cell as JSON that stays on its line. */
export function writeJson(out: ByteWriter, vector: Vector, row: number): void {
  if (vector instanceof FieldVector) {
    if (copyField(out, cellsOf(vector), row)) return;
  } else if (vector instanceof CodedVector) {
    if (copyJson(out, vector, row)) return;
  } else {
    const object = objectIn(vector, row);
    if (object && !(object.mayBeOdd && isOdd(object.bytes, object.start, object.end))) {
      out.copy(object.bytes, object.start, object.end);
      return;
    }
  }
  const cell = vector.cell(row);
  const json = carriedJson(cell);
  out.utf8(typeof cell === 'number' ? json : onJsonLine(json));
}

/** A cell as JSON, the same wherever it has been. */
function carriedJson(cell: Cell): string {
  const json = jsonOfCell(cell);
  return json.includes('\\ud') ? jsonOfCell(asCarried(cell)) : json;
}

/** A cell as it comes out of memory or of a file, where half a surrogate pair of a text has become U+FFFD. */
function asCarried(cell: Cell): Cell {
  const carried = new ByteWriter();
  writeCell(carried, cell);
  return readCell(new ByteReader(carried.view()));
}

/** The cells of a field, for one batch: their arrays are asked for once. */
export interface FieldCells {
  readonly bytes: Uint8Array;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly isJson: boolean;
}

export function cellsOf({ bytes, column, unescape }: FieldVector): FieldCells {
  const { kinds, starts, ends } = column;
  return { bytes, kinds, starts, ends, isJson: unescape === jsonUnescape };
}

/** Copies a field whose bytes are JSON as they stand, or with quotes around them; false where it must be read. */
function copyField(out: ByteWriter, cells: FieldCells, row: number): boolean {
  const { bytes, isJson } = cells;
  const start = cells.starts[row];
  const end = cells.ends[row];
  switch (cells.kinds[row]) {
    case Kind.Missing:
    case Kind.Null:
      out.copy(nullText);
      return true;
    case Kind.False:
      out.copy(falseText);
      return true;
    case Kind.True:
      out.copy(trueText);
      return true;
    case Kind.Number:
      out.copy(bytes, start, end);
      return true;
    case Kind.List:
    case Kind.Object:
      if (isOdd(bytes, start, end)) return false;
      out.copy(bytes, start, end);
      return true;
    case Kind.Text:
      return out.quoted(bytes, start, end, isJson ? undefined : escapedInJson);
    case Kind.EscapedText:
      return isJson && hasUsualEscapes(bytes, start, end) && out.quoted(bytes, start, end);
    default:
      return false;
  }
}

/** Whether the text of a JSON string has no escapes but those that `JSON.stringify` writes. */
function hasUsualEscapes(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] === backslash && usualEscapes[bytes[++at]] === 0) return false;
  }
  return true;
}

const usualEscapes = new Uint8Array(256);
for (const byte of Buffer.from('"\\bfnrt')) usualEscapes[byte] = 1;

/** Bytes that a JSON string does not have as they are. */
const escapedInJson = new Uint8Array(256).fill(1, 0, space);
escapedInJson[quote] = escapedInJson[backslash] = 1;

/** Copies a cell whose written bytes are JSON as they stand; false where it must be read. */
function copyJson(out: ByteWriter, vector: CodedVector, row: number): boolean {
  const cell = vector.range(row);
  if (cell === undefined) return false;
  const { kind, start, end } = cell;
  if (kind === tag.text) {
    return out.quoted(vector.bytes, start, end, escapedInJson);
  }
  if (kind !== tag.writtenNumber && isOdd(vector.bytes, start, end)) return false;
  out.copy(vector.bytes, start, end);
  return true;
}

/**
 * Whether there is white space that would not stay on its line; elsewhere JSON has no control characters. So answers what may
 * be `NaN` or `Infinity`.
 */
export function isOdd(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte < space) return true;
    if (byte === bigN && bytes[at + 1] === smallA) return true;
    if (byte === bigI && bytes[at + 1] === smallN) return true;
  }
  return false;
}

/** JSON on a line of its own, whatever the source has: no line ends, which inside of strings are escaped, and no NaN. */
function onJsonLine(json: string): string {
  return withQuotedNaN(/[\r\n]/.test(json) ? json.replace(/[\r\n]+\s*/g, '') : json);
}

const nullText = Buffer.from('null');
const falseText = Buffer.from('false');
const trueText = Buffer.from('true');
