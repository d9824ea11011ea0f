import { promisify } from 'node:util';
import type { InputType } from 'node:zlib';
import { builtins } from '../../builtins.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import { commaSeparated } from '../csvCell.ts';
import { createDerivedEncoder, type DerivedColumns } from '../derivedRow.ts';
import { mayHoldNaN, strictJson } from '../strictJson.ts';
import { lineFeed } from '../../ascii.ts';
import type { Batch } from './batch.ts';
import type { BodyForm } from './bodyForm.ts';

const contentTypes: Readonly<Record<BodyForm, string>> = {
  jsonl: 'application/x-ndjson',
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  bulk: 'application/x-ndjson',
};

/** Makes the bodies of requests. */
export class BodyEncoder {
  readonly form: BodyForm;
  readonly #gzip: boolean;
  readonly #keyOf: (batch: Batch, row: number) => string;
  #table: ReturnType<typeof createDerivedEncoder> | undefined;

  /** @param keyOf tells a row from all rows that were ever sent */
  constructor(form: BodyForm, gzip: boolean, keyOf: (batch: Batch, row: number) => string) {
    this.form = form;
    this.#gzip = gzip;
    this.#keyOf = keyOf;
  }

  /** Called before the first body, where the form has columns. */
  begin(columns: DerivedColumns): void {
    this.#table = createDerivedEncoder({ kind: 'table', style: commaSeparated }, columns);
  }

  get headers(): Record<string, string> {
    return {
      'content-type': contentTypes[this.form],
      ...(this.#gzip && { 'content-encoding': 'gzip' }),
    };
  }

  async encode(batch: Batch): Promise<Uint8Array> {
    const body = this.#plain(batch);
    return this.#gzip ? zip(body) : body;
  }

  #plain(batch: Batch): Uint8Array {
    if (this.form === 'jsonl') return strictJson(batch.lines);
    const isStrict = !mayHoldNaN(batch.lines);
    const json = (row: number): Uint8Array => (isStrict ? batch.text(row) : strictJson(batch.text(row)));
    const out = new ByteBuilder();
    switch (this.form) {
      case 'json':
        for (let row = 0; row < batch.count; row++) {
          out.text(row === 0 ? '[' : ',');
          out.copy(json(row));
        }
        out.text(']');
        break;
      case 'csv':
        if (!this.#table) throw new TypeError('The columns are not known yet.');
        out.copy(this.#table.frame.head);
        out.copy(this.#table.encode(batch.lines));
        break;
      case 'bulk':
        // A row that was taken already is not taken twice: its `_id` is there.
        for (let row = 0; row < batch.count; row++) {
          out.text(`{"create":{"_id":${JSON.stringify(this.#keyOf(batch, row))}}}\n`);
          out.copy(json(row));
          out.byte(lineFeed);
        }
        break;
    }
    return out.take();
  }
}

function zip(bytes: Uint8Array): Promise<Uint8Array> {
  return promisify<InputType, Uint8Array>(builtins.zlib.gzip)(bytes);
}
