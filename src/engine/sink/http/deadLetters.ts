import { createReadStream } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { english, said } from '../../../said/said.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import { lineFeed } from '../../ascii.ts';
import { isSameTarget } from '../atomicFile.ts';
import { SinkError, sinkErrorFrom, systemCode } from '../sinkError.ts';
import type { RowPlace } from './batch.ts';
import type { Reason } from './verdict.ts';

/**
 * Rows that were given up, at the end of a file: a JSON object a line, with `row`, `record`, `line`, `offset`, `key`,
 * `status`, `reason` and `raw`, the row's JSON text. They are there at once, whatever becomes of the run.
 */
export class DeadLetters {
  readonly name: string;
  readonly #file: FileHandle;
  /** Whether the file was not there before, and has no row yet. */
  #isNew: boolean;

  private constructor(name: string, file: FileHandle, isNew: boolean) {
    this.name = name;
    this.#file = file;
    this.#isNew = isNew;
  }

  /** @param sources files that are being read @throws SinkError */
  static async open(path: string, sources: readonly string[]): Promise<DeadLetters> {
    for (const source of sources) {
      if (!(await isSameTarget(path, source))) continue;
      throw new SinkError('own-source', said`${path} is the file that is being read: choose another name.`);
    }
    try {
      const made = await open(path, 'ax+').catch((error: unknown) => {
        if (systemCode(error) === 'EEXIST') return undefined;
        throw error;
      });
      const file = made ?? (await open(path, 'a+'));
      await endLastLine(file);
      return new DeadLetters(path, file, made !== undefined);
    } catch (error) {
      throw sinkErrorFrom(error, path);
    }
  }

  /** @throws SinkError */
  async add(
    rows: readonly { readonly place: RowPlace; readonly key: string; readonly text: Uint8Array }[],
    reasonOf: (index: number) => Reason,
  ): Promise<void> {
    const out = new ByteBuilder();
    rows.forEach(({ place, key, text }, index) => {
      const { row, record, line, offset } = place;
      const { status, reason: given } = reasonOf(index);
      const reason = english(given);
      const raw = Buffer.from(text.buffer, text.byteOffset, text.length).toString();
      out.text(`${JSON.stringify({ row, record, line, offset, key, status, reason, raw })}\n`);
    });
    if (out.view().length > 0) this.#isNew = false;
    try {
      await this.#file.appendFile(out.view());
    } catch (error) {
      throw sinkErrorFrom(error, this.name);
    }
  }

  /** The keys of rows in it, also of other runs, whose numbers are asked for. @throws SinkError */
  async keysOf(isAsked: (row: number) => boolean): Promise<Set<string>> {
    const keys = new Set<string>();
    try {
      const lines = createInterface({ input: createReadStream(this.name), crlfDelay: Infinity });
      for await (const line of lines) {
        const key = /^\{"row":(\d+),.*?"key":"([^"\\]+)"/.exec(line);
        if (key && isAsked(Number(key[1]))) keys.add(key[2]);
      }
    } catch (error) {
      throw sinkErrorFrom(error, this.name);
    }
    return keys;
  }

  /** A file that it has made, and that no row has come to, is removed. Safe to call again. */
  async close(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    if (this.#isNew) await unlink(this.name).catch(() => undefined);
    this.#isNew = false;
  }
}

/** A run that was killed may have left half a line. */
async function endLastLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  if (size === 0) return;
  const last = new Uint8Array(1);
  try {
    await file.read(last, 0, 1, size - 1);
  } catch (error) {
    // A pipe has no last byte.
    if (systemCode(error) === 'ESPIPE') return;
    throw error;
  }
  if (last[0] !== lineFeed) await file.appendFile('\n');
}

/** A row that was given up, as it stands in such a file. */
export interface DeadLetter {
  readonly raw: string;
  readonly place: Omit<RowPlace, 'row'>;
}

/** The dead letters on some lines. @throws SinkError where there is something else */
export function* deadLettersIn(lines: Uint8Array | undefined): Generator<DeadLetter> {
  if (!lines) return;
  for (const line of Buffer.from(lines.buffer, lines.byteOffset, lines.length).toString().split('\n')) {
    if (line.trim() !== '') yield readDeadLetter(line);
  }
}

function readDeadLetter(line: string): DeadLetter {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw noDeadLetter(cause);
  }
  if (typeof value !== 'object' || value === null || !('raw' in value) || typeof value.raw !== 'string') {
    throw noDeadLetter(undefined);
  }
  const { raw } = value;
  const number = (name: string): number | undefined => {
    const found: unknown = Reflect.get(value, name);
    return typeof found === 'number' ? found : undefined;
  };
  const key: unknown = Reflect.get(value, 'key');
  if (!isOneLine(raw)) throw noDeadLetter(undefined);
  return {
    raw,
    place: {
      record: number('record'),
      line: number('line'),
      offset: number('offset'),
      key: typeof key === 'string' ? key : undefined,
    },
  };
}

function isOneLine(text: string): boolean {
  return text !== '' && !/[\r\n]/.test(text);
}

function noDeadLetter(cause: unknown): SinkError {
  return new SinkError(
    'unsupported',
    said`--resend reads a file that --dead-letter has written: a record here has no raw text of a row.`,
    { cause },
  );
}
