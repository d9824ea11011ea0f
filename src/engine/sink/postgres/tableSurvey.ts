import type { SentRows } from '../../../protocol/engine.ts';
import { deadLettersIn } from '../http/deadLetters.ts';
import type { RowService } from '../http/rowService.ts';
import type { ColumnType } from '../typed/columnType.ts';
import { membersOf } from '../typed/json.ts';
import { eachRow } from '../typed/rowReader.ts';
import { Survey } from '../typed/survey.ts';

/** The column of rows that are no objects. */
export const valueColumn = '_value';

/** Looks at all rows for the types of their columns, and sends nothing. */
export class TableSurvey implements RowService {
  readonly name = '';
  readonly needsColumns = true;
  readonly resends: boolean;
  readonly sent: SentRows = { accepted: 0, batches: 0, before: 0, retries: 0, givenUp: 0, bytes: 0 };
  readonly #typesInText: boolean;
  /** Columns whose cells are texts, whatever they look like. */
  readonly #written = new Set<string>();
  readonly #surveys = new Map<string, Survey>();
  #rest: Uint8Array = new Uint8Array(0);

  /**
   * @param typesInText whether a text that reads as a number, a boolean or a time is one, as in a delimited text
   * @param resends whether the rows are dead letters, whose own rows count
   */
  constructor(typesInText: boolean, resends: boolean) {
    this.#typesInText = typesInText;
    this.resends = resends;
  }

  get types(): ReadonlyMap<string, ColumnType> {
    return new Map([...this.#surveys].map(([name, survey]) => [name, survey.type()]));
  }

  begin(columns: Parameters<RowService['begin']>[0]): void {
    const names =
      columns.kind === 'named' ? columns.names : columns.paths.map(([name = valueColumn]) => name);
    const readings = (columns.kind === 'named' ? columns.readings : undefined) ?? [];
    for (const [at, name] of names.entries()) {
      if (readings.at(at) !== undefined) this.#written.add(name);
      this.#surveyOf(name);
    }
  }

  write(piece: Uint8Array): Promise<void> {
    if (this.resends) for (const { raw } of deadLettersIn(piece)) this.#add(Buffer.from(`${raw}\n`));
    else this.#addPiece(piece);
    return Promise.resolve();
  }

  commit(): Promise<void> {
    this.#add(this.#rest);
    this.#rest = new Uint8Array(0);
    return Promise.resolve();
  }

  discard(): Promise<void> {
    return Promise.resolve();
  }

  /** A piece may begin and end within a row. */
  #addPiece(piece: Uint8Array): void {
    const end = piece.lastIndexOf(0x0a) + 1;
    if (end === 0) {
      this.#rest = Buffer.concat([this.#rest, piece]);
      return;
    }
    this.#add(
      this.#rest.length === 0 ? piece.subarray(0, end) : Buffer.concat([this.#rest, piece.subarray(0, end)]),
    );
    this.#rest = piece.slice(end);
  }

  #add(lines: Uint8Array): void {
    eachRow(lines, valueColumn, (row) => {
      for (const [name, value] of membersOf(row)) this.#surveyOf(name).add(value);
    });
  }

  #surveyOf(name: string): Survey {
    const known = this.#surveys.get(name);
    if (known) return known;
    const survey = new Survey(this.#typesInText && !this.#written.has(name));
    this.#surveys.set(name, survey);
    return survey;
  }
}
