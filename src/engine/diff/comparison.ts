import { basename } from 'node:path';
import type { ComparisonInfo } from '../../protocol/comparison.ts';
import type { ComparedRecord, ExportProgress } from '../../protocol/engine.ts';
import { detailLimit } from '../../protocol/preview.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { indented } from '../format/json/indent.ts';
import { continues } from '../source/file.ts';
import { fileNameAt } from '../source/location.ts';
import type { Watch } from '../source/place.ts';
import { SourceError, type FileIdentity } from '../source/source.ts';
import { DiffFile } from './diffFile.ts';

/** Opens a file of its own, which is closed with the comparison. */
type Opening = (signal: AbortSignal) => Promise<Dataset>;

/** What two files differ in, as rows that can be opened like a file, and the two files, as long as somebody looks at them. */
export class Comparison {
  readonly info: ComparisonInfo;
  readonly #files: readonly [Dataset, Dataset];
  readonly #rows: DiffFile;

  private constructor(files: readonly [Dataset, Dataset], keys: readonly string[], rows: DiffFile) {
    this.#files = files;
    this.#rows = rows;
    this.info = { names: [nameOf(files[0]), nameOf(files[1])], keys, summary: rows.summary };
  }

  /**
   * Opens two files, the older one first, and compares them.
   * @throws as `diffFiles`
   */
  static async make(
    open: readonly [Opening, Opening],
    keys: readonly string[],
    context: HandlerContext<ExportProgress>,
  ): Promise<Comparison> {
    const [openBefore, openAfter] = open;
    const before = await openBefore(context.signal);
    try {
      const after = await openAfter(context.signal);
      try {
        return new Comparison([before, after], keys, await DiffFile.write(before, after, { keys }, context));
      } catch (error) {
        await after.close();
        throw error;
      }
    } catch (error) {
      await before.close();
      throw error;
    }
  }

  /** The rows, once more with each call; whoever opens them closes them. @throws SourceError */
  open(options: Parameters<DiffFile['open']>[0]): Promise<Dataset> {
    return this.#rows.open(options);
  }

  /**
   * The records that a row tells of, as they are in their files: the old one first.
   * @param row 0-based
   * @throws SourceError `changed`
   */
  async records(row: number, signal: AbortSignal): Promise<[ComparedRecord, ComparedRecord]> {
    const [before, after] = await this.#rows.recordsOf(row);
    return [
      await comparedRecord(this.#files[0], before, signal),
      await comparedRecord(this.#files[1], after, signal),
    ];
  }

  /** How to see whether one of the files is not any more what was compared; undefined where neither can be seen. */
  get watch(): Watch | undefined {
    const watched = this.#files.flatMap(({ watch, name }) => (watch ? [{ watch, name }] : []));
    if (watched.length === 0) return undefined;
    return {
      opened: together(watched.map(({ watch }) => watch.opened)),
      now: async () => together(await Promise.all(watched.map(({ watch }) => watch.now()))),
      difference: async () => {
        for (const { watch, name } of watched) {
          const [then, now] = [together([watch.opened]), together([await watch.now()])];
          if (then.ino !== now.ino) return said`${name} has changed since it was compared.`;
        }
        return undefined;
      },
    };
  }

  /** Removes the rows. Safe to call once nobody reads them. */
  async close(): Promise<void> {
    try {
      for (const file of this.#files) await file.close();
    } finally {
      await this.#rows.remove();
    }
  }
}

/** @param record 0-based; -1 for none */
async function comparedRecord(file: Dataset, record: number, signal: AbortSignal): Promise<ComparedRecord> {
  const name = nameOf(file);
  if (record < 0) return { title: said`${name}, no record`, text: '' };
  const now = await file.watch?.now();
  if (file.watch && now && !continues(file.watch.opened, now)) {
    throw new SourceError(
      'changed',
      said`${file.name} has changed since it was compared. Reload the comparison.`,
    );
  }
  const raw = { kind: 'raw', limit: detailLimit } as const;
  const { text } = await file.page(undefined, file.known.parts(record, 1), raw, signal);
  const fields = file.format.detail?.(text);
  const pairs = fields && Object.fromEntries(fields.map((field) => [field.name, field.value]));
  const json = pairs ? JSON.stringify(pairs) : new TextDecoder().decode(text);
  return { title: said`${name}, record ${(record + 1).toLocaleString('en')}`, text: indented(json) };
}

function nameOf({ name }: Dataset): string {
  return basename(fileNameAt(name));
}

/** The state of several files as one: another as soon as one of them is, also where it has only grown. */
function together(all: readonly FileIdentity[]): FileIdentity {
  const ino = JSON.stringify(all.map((one) => [one.dev, one.ino, one.size, one.mtimeMs]));
  return { size: 0, mtimeMs: 0, ctimeMs: 0, openedMs: 0, dev: '', ino };
}
