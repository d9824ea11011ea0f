/**
 * Which values of a JSON document are its rows: a path to a list or an object and what is taken of it. The paths are
 * those of JSONPath (RFC 9535) as far as they name one place: `$[*]`, `$.data.items[*]`, `$["a b"][0][*]`, `$.users.*`.
 */
export interface RowsPath {
  /** From the document's top: names of members, 0-based indices of elements. */
  readonly steps: readonly (string | number)[];
  /** Elements of a list, members of an object, or the value itself. */
  readonly take: 'elements' | 'members' | 'value';
}

/** Rows as a scanner finds them. Plain data: it goes to other threads. */
export interface JsonRows {
  /** As text; `parseRowsPath` reads it. */
  readonly path: string;
  /**
   * `elements` of a list with commas between them, `members` of an object, or `values` one after the other up to the
   * end of the source: a document that is one row, or several documents.
   */
  readonly layout: 'elements' | 'members' | 'values';
  /** Offset of the first byte past the opening bracket. */
  readonly start: number;
  /** Line on which that is, 0-based. */
  readonly line: number;
  /**
   * What nearly every row begins with, up to its first name and the colon: `{"id":`. Where rows are looked for without
   * knowing what comes before, it is what they are known by. '' where the rows have nothing in common.
   */
  readonly opening: string;
  /**
   * What is between a row's end and the next one's beginning, as in `,\n  `; undefined where it is not always
   * the same.
   */
  readonly separator: string | undefined;
  /** Whether comments and trailing commas are allowed (JSONC). */
  readonly comments: boolean;
}

/** The rows' path that `text` says, also without its `$` or its end: `data.items`; undefined where it says none. */
export function parseRowsPath(text: string): RowsPath | undefined {
  const steps: (string | number)[] = [];
  let rest = text.trim();
  if (rest.startsWith('$')) rest = rest.slice(1);
  else if (rest !== '' && !rest.startsWith('[') && !rest.startsWith('.')) rest = `.${rest}`;
  while (rest !== '') {
    if (rest === '[*]') return { steps, take: 'elements' };
    if (rest === '.*') return { steps, take: 'members' };
    const step = firstStep(rest);
    if (step === undefined) return undefined;
    steps.push(step.step);
    rest = rest.slice(step.length);
  }
  if (text.trim() === '$') return { steps, take: 'value' };
  return { steps, take: 'elements' };
}

export function printRowsPath({ steps, take }: RowsPath): string {
  const end = { elements: '[*]', members: '.*', value: '' }[take];
  return `$${steps.map(printStep).join('')}${end}`;
}

function printStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

function firstStep(rest: string): { readonly step: string | number; readonly length: number } | undefined {
  const name = /^\.([^.[\]"'*\s][^.[\]]*)/.exec(rest);
  if (name) return { step: name[1], length: name[0].length };
  const index = /^\[(\d+)\]/.exec(rest);
  if (index) return { step: Number(index[1]), length: index[0].length };
  const quoted = /^\[("(?:[^"\\]|\\.)*")\]/.exec(rest);
  if (quoted) {
    try {
      return { step: String(JSON.parse(quoted[1])), length: quoted[0].length };
    } catch {
      return undefined;
    }
  }
  const single = /^\['([^'\\]*)'\]/.exec(rest);
  return single ? { step: single[1], length: single[0].length } : undefined;
}
