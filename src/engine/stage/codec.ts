import { Decimal, numberOf } from '../query/value/decimal.ts';
import { JsonList, JsonObject } from '../query/value/json.ts';
import { Interval, Timestamp } from '../query/value/time.ts';
import { jsonOf, type Value } from '../query/value/value.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { valueOf, WrittenNumber, type Cell } from './vector.ts';

/** Cells as bytes: how rows lie in temporary files and travel between threads. A cell begins with one of these. */
export const tag = {
  null: 0,
  false: 1,
  true: 2,
  double: 3,
  decimal: 4,
  writtenNumber: 5,
  text: 6,
  timestamp: 7,
  date: 8,
  interval: 9,
  listText: 10,
  objectText: 11,
  list: 12,
  object: 13,
  zonedTimestamp: 14,
} as const;

export function writeCell(out: ByteWriter, cell: Cell): void {
  if (typeof cell === 'string') {
    out.byte(tag.text);
    out.text(cell);
  } else if (typeof cell === 'number') {
    out.byte(tag.double);
    out.double(cell);
  } else if (cell === null) {
    out.byte(tag.null);
  } else if (typeof cell === 'boolean') {
    out.byte(cell ? tag.true : tag.false);
  } else if (cell instanceof WrittenNumber) {
    out.byte(tag.writtenNumber);
    out.text(cell.text);
  } else if (cell instanceof Decimal) {
    out.byte(tag.decimal);
    out.text(`${cell.coefficient}e${cell.exponent}`);
  } else if (cell instanceof Timestamp) {
    out.byte(cell.date ? tag.date : cell.zoned ? tag.zonedTimestamp : tag.timestamp);
    out.double(cell.ms);
    out.uint32(cell.nanos);
  } else if (cell instanceof Interval) {
    out.byte(tag.interval);
    out.double(cell.months);
    out.double(cell.days);
    out.double(cell.micros);
  } else {
    writeNested(out, cell);
  }
}

/** What the source wrote stays text; what was computed may hold times, which JSON does not have. */
function writeNested(out: ByteWriter, cell: JsonList | JsonObject): void {
  if (cell.text !== undefined) {
    out.byte(cell instanceof JsonList ? tag.listText : tag.objectText);
    out.text(jsonOf(cell));
  } else if (cell instanceof JsonList) {
    out.byte(tag.list);
    out.count(cell.items.length);
    for (const item of cell.items) writeCell(out, item);
  } else {
    out.byte(tag.object);
    out.count(cell.members.size);
    for (const [key, member] of cell.members) {
      out.text(key);
      writeCell(out, member);
    }
  }
}

/** Passes over a cell. */
export function skipCell(from: ByteReader): void {
  switch (from.byte()) {
    case tag.double:
      from.skip(8);
      break;
    case tag.decimal:
    case tag.writtenNumber:
    case tag.text:
    case tag.listText:
    case tag.objectText:
      from.skip(from.count());
      break;
    case tag.timestamp:
    case tag.date:
    case tag.zonedTimestamp:
      from.skip(12);
      break;
    case tag.interval:
      from.skip(24);
      break;
    case tag.list:
      for (let left = from.count(); left > 0; left--) skipCell(from);
      break;
    case tag.object:
      for (let left = from.count(); left > 0; left--) {
        from.skip(from.count());
        skipCell(from);
      }
      break;
  }
}

export function readCell(from: ByteReader): Cell {
  switch (from.byte()) {
    case tag.false:
      return false;
    case tag.true:
      return true;
    case tag.double:
      return from.double();
    case tag.decimal:
      return numberOf(from.text());
    case tag.writtenNumber: {
      const text = from.text();
      return new WrittenNumber(numberOf(text), text);
    }
    case tag.text:
      return from.text();
    case tag.timestamp:
      return new Timestamp(from.double(), from.uint32());
    case tag.date:
      return new Timestamp(from.double(), from.uint32(), true);
    case tag.zonedTimestamp:
      return new Timestamp(from.double(), from.uint32(), false, true);
    case tag.interval:
      return new Interval(from.double(), from.double(), from.double());
    case tag.listText:
      return new JsonList(from.text());
    case tag.objectText:
      return new JsonObject(from.text());
    case tag.list: {
      const items: Value[] = [];
      for (let left = from.count(); left > 0; left--) items.push(valueOf(readCell(from)));
      return new JsonList(items);
    }
    case tag.object: {
      const members = new Map<string, Value>();
      for (let left = from.count(); left > 0; left--) {
        const key = from.text();
        members.set(key, valueOf(readCell(from)));
      }
      return new JsonObject(members);
    }
    default:
      return null;
  }
}
