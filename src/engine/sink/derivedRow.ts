import type { CellReadings } from '../format/csv/cellReading.ts';
import { columnNames, type FieldPath, type JsonFields } from '../format/json/fields.ts';
import { createPlainJsonlScanner } from '../format/json/lines.ts';
import type { Format } from '../format/driver.ts';
import type { RecordBlock } from '../format/record.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { commaSeparated, type CsvStyle } from './csvCell.ts';
import { rowShape, type Target } from './exportFormat.ts';
import { arrayFrame, headerRow, plainFrame, type Frame } from './frame.ts';
import { elementSeparator } from './jsonRow.ts';
import { tableStyle } from './targets.ts';
import { jsonAsTable } from './tableRow.ts';

/** How rows that a query has computed are written. They come as JSON Lines, and stay so unless it must be otherwise. */
export type DerivedTarget =
  | { readonly kind: 'lines' }
  | { readonly kind: 'elements' }
  | { readonly kind: 'table'; readonly style: CsvStyle };

/** The source's own format, where it is the target, is that of its dialect and its line ends. */
export function derivedTarget(
  source: Format,
  target: Target,
  lineEnd: CsvStyle['lineEnd'] = commaSeparated.lineEnd,
): DerivedTarget {
  const style = tableStyle(target);
  if (style) return { kind: 'table', style };
  if (target !== 'same' || !source.dialect)
    return { kind: rowShape(source, target) === 'elements' ? 'elements' : 'lines' };
  const { delimiter, quote, escape, comment, nulls, skipInitialSpace } = source.dialect;
  return {
    kind: 'table',
    style: {
      ...commaSeparated,
      lineEnd,
      delimiter,
      quote: quote === '' ? '"' : quote,
      escape,
      comment,
      nulls,
      skipInitialSpace,
    },
  };
}

export interface DerivedEncoder {
  readonly frame: Frame;
  /** Rows in the target's form; void after the next call. */
  encode(lines: Uint8Array): Uint8Array;
}

/** The columns of a table of computed rows: those that a query names, or the paths that were found in the rows. */
export type DerivedColumns =
  | {
      readonly kind: 'named';
      readonly names: readonly string[];
      /** How their cells are written, where that is not how the language writes them. */
      readonly readings?: CellReadings | undefined;
    }
  | { readonly kind: 'found'; readonly paths: readonly FieldPath[] };

/** @param columns of a table; nobody looks at them otherwise */
export function createDerivedEncoder(target: DerivedTarget, columns: DerivedColumns): DerivedEncoder {
  switch (target.kind) {
    case 'lines':
      return { frame: plainFrame(new Uint8Array(0)), encode: (lines) => lines };
    case 'elements': {
      const out = new ByteBuilder();
      return {
        frame: arrayFrame,
        encode: (lines) => {
          out.clear();
          eachLine(lines, ({ bytes, starts, ends }, record) => {
            out.copy(elementSeparator);
            out.copy(bytes, starts[record], ends[record]);
          });
          return out.view();
        },
      };
    }
    case 'table': {
      const out = new ByteBuilder();
      const named = columns.kind === 'named';
      const paths = named ? columns.names.map((name) => [name]) : columns.paths;
      const append = jsonAsTable(paths, named ? 'whole' : 'flattened', target.style, out);
      return {
        frame: plainFrame(headerRow(columnNames(paths), target.style)),
        encode: (lines) => {
          out.clear();
          eachLine(lines, append);
          return out.view();
        },
      };
    }
  }
}

/** Notes the paths of some rows. */
export function readPaths(fields: JsonFields, lines: Uint8Array): void {
  eachLine(lines, ({ bytes, starts, ends }, record) => fields.read(bytes, starts[record], ends[record]));
}

const sharedScanner = createPlainJsonlScanner();

/**
 * Takes each of some rows; answers the block that they stand in, void after the next call with the same scanner. Who
 * holds it while others may call has one of its own.
 */
export function eachLine(
  lines: Uint8Array,
  take: (block: RecordBlock, record: number) => void,
  scanner = sharedScanner,
): RecordBlock {
  const { length } = lines;
  scanner.reserve(length).set(lines);
  const block = scanner.scan({ length, offset: 1, from: 0, until: length, final: true, fields: [] });
  for (let record = 0; record < block.count; record++) take(block, record);
  return block;
}
