import { Kind } from '../format/record.ts';
import { jsonUnescape } from '../query/fieldText.ts';
import type { Output } from '../query/resolve/step.ts';
import { readValid } from '../query/value/json.ts';
import { jsonOf, type Value } from '../query/value/value.ts';
import { vectorAt, type Batch } from './batch.ts';
import type { ByteWriter } from './bytes.ts';
import { editedObject } from './openRow.ts';
import { CellVector, FieldVector, WrittenNumber, type Cell, type Vector } from './vector.ts';

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
 * unchanged keeps its text: numbers, escapes, the order of members.
 */
export function writeRows(out: ByteWriter, batch: Batch, output: Output): void {
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
        const members = onOneLine(openObject(batch, part, row))
          .slice(1, -1)
          .trim();
        if (members !== '') out.utf8(out.length > start + 1 ? `,${members}` : members);
      }
    }
    out.byte(closeBrace);
    out.byte(lineFeed);
  }
}

function openObject(batch: Batch, part: Extract<Output[number], { kind: 'open' }>, row: number): string {
  return editedObject(vectorAt(batch, part.slot).value(row), part.edits, (slot) =>
    jsonOfCell(vectorAt(batch, slot).cell(row)),
  );
}

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
  if (!(vector instanceof FieldVector) || vector.unescape !== jsonUnescape) {
    out.utf8(onOneLine(jsonOfCell(vector.cell(row))));
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
      out.utf8(onOneLine(jsonOfCell(vector.cell(row))));
      break;
    default:
      out.copy(vector.bytes, starts[row], ends[row]);
  }
}

export function jsonOfCell(cell: Cell): string {
  return cell instanceof WrittenNumber ? cell.text : jsonOf(cell satisfies Value);
}

/** JSON text with its line ends taken out: none stands inside a string, where it must be escaped. */
function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replace(/[\r\n]+\s*/g, ' ') : json;
}

const openBrace = 0x7b;
const closeBrace = 0x7d;
const lineFeed = 0x0a;
const nullText = Buffer.from('null');
