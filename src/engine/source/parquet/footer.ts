import { parquetMetadata, parquetSchema } from 'hyparquet';
import type { RowGroup, SchemaTree } from 'hyparquet/src/types.js';
import { said } from '../../../said/said.ts';
import { pullFully, type Interruption } from '../compressed/decoded.ts';
import { SourceError, type Source } from '../source.ts';
import { withoutAnnotations } from './values.ts';

export interface Footer {
  readonly rowGroups: readonly RowGroup[];
  /** As the file has it. */
  readonly schema: SchemaTree;
  /** As values are decoded: without the annotations that hyparquet would convert values by with a loss. */
  readonly stored: SchemaTree;
}

const magic = 'PAR1';
const encrypted = 'PARE';
/** Larger footers are those of no file that was meant to be read: a million column chunks take some 100 MB. */
const maxFooter = 256 * 1024 * 1024;

const known = new WeakMap<Source, Footer>();

/** Reads what stands at the end of a file: the schema and where the row groups are. @throws SourceError */
export async function* readFooter(base: Source): AsyncGenerator<Interruption, Footer> {
  const before = known.get(base);
  if (before) return before;
  const { name, size } = base;
  if (!base.random || size === undefined) {
    const message = said`${name} is a Parquet file, and these are read from their end: save it as a file first.`;
    throw new SourceError('unsupported', message);
  }
  const tail = yield* readAt(base, Math.max(0, size - 8), Math.min(8, size));
  const mark = Buffer.from(tail.subarray(-4)).toString('latin1');
  if (mark === encrypted) throw new SourceError('unsupported', said`${name} is an encrypted Parquet file.`);
  if (mark !== magic || size < 12) {
    throw new SourceError(
      'corrupt',
      said`${name} begins like a Parquet file, but is cut off: its end is missing.`,
    );
  }
  const length = new DataView(tail.buffer).getUint32(0, true);
  if (length > size - 12)
    throw new SourceError('corrupt', said`${name} is damaged: its footer would be ${length} bytes long.`);
  if (length > maxFooter) {
    throw new SourceError(
      'unsupported',
      said`${name} has a footer of ${Math.round(length / 1e6)} MB, too large to be read.`,
    );
  }
  const bytes = yield* readAt(base, size - 8 - length, length + 8);
  try {
    const metadata = parquetMetadata(bytes.buffer);
    const footer = {
      rowGroups: metadata.row_groups,
      schema: parquetSchema(metadata),
      stored: parquetSchema({ schema: withoutAnnotations(metadata.schema) }),
    };
    known.set(base, footer);
    return footer;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SourceError('corrupt', said`${name} is damaged: its footer cannot be read (${reason}).`, 0, {
      cause: error,
    });
  }
}

async function* readAt(
  base: Source,
  position: number,
  length: number,
): AsyncGenerator<Interruption, Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  if ((yield* pullFully(base, bytes, position)) < length) {
    throw new SourceError('changed', said`${base.name} was cut while it was read.`);
  }
  return bytes;
}
