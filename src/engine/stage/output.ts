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
import type { ByteWriter } from './bytes.ts';
import { tag } from './codec.ts';
import { CodedVector } from './codedVector.ts';
import { editedMembers, editedObject, type Member } from './openRow.ts';
import { LinesVector } from './linesVector.ts';
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

/**
 * Writes the selected rows as JSON objects, a line each. A column's key is its name. What comes from the source
 * unchanged keeps its text: numbers, escapes, the order of members. A row that is a record as it stands is written
 * as the record is, be it an object or not.
 */
export function writeRows(out: ByteWriter, batch: Batch, output: Output): void {
  const [first] = output;
  if (output.length === 1 && first.kind === 'open' && first.edits.length === 0) {
    const vector = vectorAt(batch, first.slot);
    if (vector instanceof LinesVector && isAll(batch, vector.rows)) {
      out.copy(vector.bytes);
      return;
    }
  }
  if (output.length === 1 && first.kind === 'open' && first.ofRecord && first.edits.length === 0) {
    writeRecords(out, batch, first.slot);
    return;
  }
  const keys = output.map((part, at) =>
    part.kind === 'column' ? Buffer.from(`${at > 0 ? ',' : ''}${JSON.stringify(part.name)}:`) : undefined,
  );
  const vectors = output.map((part) => vectorAt(batch, part.slot));
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selection[i];
    const start = out.length;
    out.byte(openBrace);
    for (const [at, part] of output.entries()) {
      const key = keys[at];
      if (part.kind === 'column' && key !== undefined) {
        // After an open part that has turned out empty there is nothing to put a comma behind.
        if (at > 0 && out.length === start + 1) out.copy(key, 1);
        else out.copy(key);
        writeJson(out, vectors[at], row);
      } else if (part.kind === 'open') {
        const needsComma = out.length > start + 1;
        if (part.edits.length === 0) {
          if (copyMembers(out, vectors[at], row, needsComma)) continue;
          const members = onJsonLine(openObject(batch, part, row))
            .slice(1, -1)
            .trim();
          if (members !== '') out.utf8(needsComma ? `,${members}` : members);
          continue;
        }
        for (const [key, json] of openMembers(batch, part, row)) {
          if (out.length > start + 1) out.byte(comma);
          out.utf8(key);
          out.byte(colon);
          out.utf8(onJsonLine(json));
        }
      }
    }
    out.byte(closeBrace);
    out.byte(lineFeed);
  }
}

/** Whether a batch's rows are all of its vectors' rows, in their order. */
function isAll({ selection, count }: Batch, rows: number): boolean {
  if (count !== rows) return false;
  for (let row = 0; row < count; row++) if (selection[row] !== row) return false;
  return true;
}

function writeRecords(out: ByteWriter, batch: Batch, slot: number): void {
  const vector = vectorAt(batch, slot);
  for (let i = 0; i < batch.count; i++) {
    writeJson(out, vector, batch.selection[i]);
    out.byte(lineFeed);
  }
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
  return cell === null && !part.ofRecord ? noMembers : cell;
}

function replacementIn(batch: Batch, row: number): (slot: number) => string {
  return (slot) => jsonOfCell(vectorAt(batch, slot).cell(row));
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

function writeJson(out: ByteWriter, vector: Vector, row: number): void {
  if (vector instanceof CodedVector) {
    if (copyJson(out, vector, row)) return;
  } else {
    const object = objectIn(vector, row);
    if (object && !(object.mayBeOdd && isOdd(object.bytes, object.start, object.end))) {
      out.copy(object.bytes, object.start, object.end);
      return;
    }
  }
  if (!(vector instanceof FieldVector) || vector.unescape !== jsonUnescape) {
    out.utf8(onJsonLine(jsonOfCell(vector.cell(row))));
    return;
  }
  const { kinds, starts, ends } = vector.column;
  switch (kinds[row]) {
    case Kind.Missing:
    case Kind.Null:
      out.copy(nullText);
      break;
    case Kind.Text:
    case Kind.EscapedText:
      // With its quotes.
      out.copy(vector.bytes, starts[row] - 1, ends[row] + 1);
      break;
    case Kind.List:
    case Kind.Object:
      out.utf8(onJsonLine(jsonOfCell(vector.cell(row))));
      break;
    default:
      out.copy(vector.bytes, starts[row], ends[row]);
  }
}

/** Copies a cell whose written bytes are JSON as they stand; false where it must be read. */
function copyJson(out: ByteWriter, vector: CodedVector, row: number): boolean {
  const cell = vector.range(row);
  if (cell === undefined) return false;
  const { kind, start, end } = cell;
  if (kind === tag.text) {
    if (!isPlain(vector.bytes, start, end)) return false;
    out.byte(quote);
    out.copy(vector.bytes, start, end);
    out.byte(quote);
    return true;
  }
  if (kind !== tag.writtenNumber && isOdd(vector.bytes, start, end)) return false;
  out.copy(vector.bytes, start, end);
  return true;
}

/** Whether a text may stand in a JSON string as it is. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte < space || byte === quote || byte === backslash) return false;
  }
  return true;
}

/**
 * Whether there is white space that would not stay on its line; elsewhere JSON has no control characters. So answers what may
 * be `NaN` or `Infinity`.
 */
function isOdd(bytes: Uint8Array, start: number, end: number): boolean {
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
