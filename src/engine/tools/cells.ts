import { parseJson } from '../../protocol/jsonValue.ts';
import { CellKind } from '../../protocol/preview.ts';
import type { PageResult } from '../pool/task.ts';
import { visible, visibleJson, withoutEnds } from '../visible.ts';

/** A cell as an answer shows it. */
export interface ShownCell {
  /** As JSON text: exact, with everything visible. */
  readonly json: string;
  /** For programs: the same with everything visible, and numbers only where a double holds them. */
  readonly value: unknown;
  readonly cut: boolean;
  /** The text of a record that cannot be read. */
  readonly malformed?: boolean;
}

/** A text as JSON: controls and what cannot be seen as escapes, and no `</`. */
export function shownText(text: string): string {
  return withoutEnds(visibleJson(JSON.stringify(text)));
}

/** A text as it stands in the file, on one line, with everything visible. */
export function shownLine(text: string): string {
  return withoutEnds(visible(text));
}

/** The same for JSON text of any value, as it stands in a file. */
function shownJson(json: string): string {
  return withoutEnds(visibleJson(json));
}

/** The cells of a page. Each is made when it is asked for: of a row of many columns, few may be shown. */
export class PageCells {
  readonly #page: PageResult;
  readonly #width: number;
  /** Whole sizes of the cells that the page has cut, by their index. */
  readonly #sizes = new Map<number, number>();

  /** @param width columns of the page */
  constructor(page: PageResult, width: number) {
    this.#page = page;
    this.#width = width;
    let cuts = 0;
    for (let at = 0; at < page.rows * width; at++) {
      if (page.kinds[at] & CellKind.Cut) this.#sizes.set(at, page.cutSizes[cuts++]);
    }
  }

  /**
   * Undefined where the row does not have the column.
   * @param limit bytes at which it is cut, where the page has more of it
   */
  cell(row: number, column: number, limit: number): ShownCell | undefined {
    const { kinds, ends, text } = this.#page;
    const at = row * this.#width + column;
    const kind = kinds[at] & ~CellKind.Cut;
    const bytes = text.subarray(at === 0 ? 0 : ends[at - 1], ends[at]);
    const size = this.#sizes.get(at) ?? bytes.length;
    const cell = size > limit ? cutCell(bytes.subarray(0, limit), size) : cellOf(kind, decoded(bytes));
    return cell && kind === CellKind.Malformed ? { ...cell, malformed: true } : cell;
  }
}

const decoder = new TextDecoder();

function decoded(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** The beginning of a text, at most so many bytes of it as UTF-8. */
export function startOf(text: string, most: number): string {
  return wholeCharacters(Buffer.from(text).subarray(0, most));
}

/** The text of bytes that end anywhere. A character that is cut through is left out. */
function wholeCharacters(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes, { stream: true });
}

function cutCell(bytes: Uint8Array, size: number): ShownCell {
  const text = wholeCharacters(bytes);
  const shown = `${text}… [cut: ${size} bytes in all]`;
  return { json: shownText(shown), value: visible(shown), cut: true };
}

function cellOf(kind: number, text: string): ShownCell | undefined {
  switch (kind) {
    case CellKind.Missing:
      return undefined;
    case CellKind.Null:
      return whole('null', null);
    case CellKind.Boolean:
      return whole(text, text === 'true');
    case CellKind.Number:
      // A CSV field such as 007 is one that JSON does not have.
      if (!jsonNumber.test(text)) return whole(shownText(text), visible(text));
      return whole(text, isHeld(text) ? Number(text) : text);
    case CellKind.Json:
      return whole(shownJson(text), valueOf(text));
    default:
      return whole(shownText(text), visible(text));
  }
}

function whole(json: string, value: unknown): ShownCell {
  return { json, value, cut: false };
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether a double says the same as the text. */
function isHeld(text: string): boolean {
  return (
    String(Number(text)) === text || (/^-?\d{1,15}(?:\.0*)?$/.test(text) && Number.isFinite(Number(text)))
  );
}

/** A list or an object, with its texts made visible; what cannot be parsed is a text. */
function valueOf(json: string): unknown {
  try {
    return parseJson(json, (value) => (typeof value === 'string' ? visible(value) : withVisibleNames(value)));
  } catch {
    return visible(json);
  }
}

function withVisibleNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (entries.every(([name]) => visible(name) === name)) return value;
  return Object.fromEntries(entries.map(([name, member]) => [visible(name), member as unknown]));
}
