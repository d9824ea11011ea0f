/**
 * A stand-in for host and engine, so that the page can be driven in a plain browser. It speaks the whole protocol over
 * made-up files; its query language knows as little as the page's tests need.
 */
import type { FileInfo, FileState } from '../../../src/protocol/file.ts';
import {
  CellKind,
  cellLimit,
  type Outcome,
  type Page,
  type PreviewCalls,
  type PreviewEvents,
  type ViewState,
} from '../../../src/protocol/preview.ts';
import type { PageCommand } from '../../../src/protocol/pageCommands.ts';
import type { Condition, Diagnostic, QueryEdit } from '../../../src/protocol/queryText.ts';
import type { StatisticsAnswer } from '../../../src/protocol/statistics.ts';
import { Peer, type Handlers, type Post } from '../../../src/protocol/rpc.ts';
import { said, type Said } from '../../../src/said/said.ts';
import {
  firstTime,
  hostileFile,
  kindsFile,
  logFile,
  scatter,
  timeStep,
  wideFile,
  type BedFile,
} from './files.ts';
import { columnStatistics, timelineOf } from './statistics.ts';
import { told } from '../../support/said.ts';

/** What the bed's page is asked for, in its address. */
export interface BedOptions {
  readonly file: string;
  /** Milliseconds that a page of rows takes. */
  readonly delay: number;
  /** Milliseconds that a query takes. */
  readonly queryTime: number;
}

/** What a test may have the engine do. */
export type BedOrder =
  | { readonly order: 'state'; readonly state: Partial<FileState> }
  | { readonly order: 'restart'; readonly message: string }
  | { readonly order: 'ranOnSpark'; readonly label: string }
  | { readonly order: 'command'; readonly command: PageCommand }
  | { readonly order: 'columns' }
  /** From now on, pages of rows take so many milliseconds. */
  | { readonly order: 'delay'; readonly delay: number };

interface View {
  readonly step: number;
  readonly offset: number;
  readonly size: number;
}

interface Server {
  readonly peer: Peer<PreviewCalls, Record<string, never>, PreviewEvents>;
  obey(order: BedOrder): void;
}

const recordBytes = 312;

function reasonOf(text: string): Said | undefined {
  return text === '' ? undefined : { text, values: [] };
}

function fileNamed(name: string): BedFile {
  switch (name) {
    case 'wide':
      return wideFile(1_000_000, 5_000);
    case 'hostile':
      return hostileFile();
    case 'kinds':
      return kindsFile();
    case 'halfRead':
      return logFile(1_000_000);
    case 'nulls':
      return { ...logFile(1000), cell: () => ({ kind: CellKind.Null, text: '' }), fault: () => '' };
    case 'empty':
      return { ...logFile(0), name: 'empty.jsonl' };
    case 'one':
      return logFile(1);
    default:
      return logFile(Number(name) || 1_000_000_000);
  }
}

export function serve(post: Post, options: BedOptions): Server {
  const file = fileNamed(options.file);
  let { delay } = options;
  /** What the queries that fail once come to when they are tried again, by view. */
  const halfway = new Map<number, ViewState>();
  const views: View[] = [{ step: 1, offset: 0, size: file.rows }];
  let state: FileState = {
    phase: 'ready',
    size: file.rows * recordBytes,
    fileSize: file.rows * recordBytes,
    indexed: file.rows * recordBytes,
    records: file.rows,
    exact: true,
    malformed: countFaults(),
    said: undefined,
  };

  function countFaults(): number {
    let count = 0;
    for (let row = 0; row < Math.min(file.rows, 200_000); row++) if (file.fault(row)) count++;
    return count;
  }

  const info = (): FileInfo => {
    if (options.file === 'denied')
      throw new Error('The file requests.jsonl cannot be read: permission denied.');
    return {
      name: file.name,
      format: file.format,
      size: file.rows * recordBytes,
      encoding: 'utf-8',
      containers: [],
      numbersInText: false,
      dialect: file.format === 'csv' ? said`comma, quoted, header` : said`one JSON value a line`,
      reading:
        file.format === 'csv'
          ? {
              delimiter: ',',
              quote: '"',
              headerLines: 1,
              nulls: [],
              comment: '',
              tables: [1],
              table: 1,
              score: 0.968,
              written: [],
            }
          : undefined,
      open: [],
      columns: file.columns,
      state,
    };
  };

  const viewOf = (view: number): View => views.at(view) ?? { step: 1, offset: 0, size: 0 };
  const recordAt = (view: View, row: number) => view.offset + row * view.step;

  function pageOf({ view, first, count, columns, limit = cellLimit }: PreviewCalls['rows']['params']): Page {
    const from = viewOf(view);
    const rows = Math.max(0, Math.min(count, from.size - first));
    const encoder = new TextEncoder();
    const kinds = new Uint8Array(rows * columns.length);
    const ends = new Uint32Array(rows * columns.length);
    const records = new Float64Array(rows);
    const faults: (Said | null)[] = [];
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let index = 0; index < rows; index++) {
      const row = recordAt(from, first + index);
      records[index] = row + 1;
      const fault = file.fault(row);
      faults.push(reasonOf(fault) ?? null);
      columns.forEach((id, column) => {
        const made = fault
          ? {
              kind: column === 0 ? CellKind.Malformed : CellKind.Missing,
              text: column === 0 ? file.source(row) : '',
            }
          : file.cell(row, id);
        const whole = (made.kind & CellKind.Cut) !== 0 && limit > cellLimit ? made.text.repeat(4) : made.text;
        const bytes = encoder.encode(whole).slice(0, limit);
        parts.push(bytes);
        length += bytes.length;
        ends[index * columns.length + column] = length;
        kinds[index * columns.length + column] = limit > cellLimit ? made.kind & ~CellKind.Cut : made.kind;
      });
    }
    const text = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      text.set(part, at);
      at += part.length;
    }
    return { view, first, rows, columns, text, ends, kinds, records, faults };
  }

  const handlers: Handlers<PreviewCalls> = {
    info,
    reload() {
      state = { ...state, phase: 'ready', said: undefined };
      return info();
    },
    follow({ on }) {
      state = { ...state, following: on };
      return state;
    },
    stopRemote: () => state,
    countRemote: () => state,
    figuresThere: () => {
      throw new Error('The rows of this preview come from no cluster.');
    },
    plotsThere: () => {
      throw new Error('The rows of this preview come from no cluster.');
    },
    writeRemote: () => null,
    retry({ view }) {
      const { failedAt: _, ...rest } = state;
      state = { ...rest, phase: 'ready', said: undefined };
      peer.send('file', state);
      const whole = halfway.get(view);
      if (whole) {
        views[view] = { ...viewOf(view), size: whole.matched };
        return whole;
      }
      return {
        view,
        query: '',
        outcome: { rows: 'records', filtered: false, limited: false, order: [], additive: [] },
        phase: 'done',
        matched: viewOf(view).size,
        records: file.rows,
        malformed: state.malformed,
        scanned: file.rows * recordBytes,
        total: file.rows * recordBytes,
        skipped: 0,
        elapsedMs: 0,
        columns: undefined,
        said: undefined,
      };
    },
    async rows(params, { signal }) {
      if (delay > 0) await after(delay, signal);
      return pageOf(params);
    },
    async run({ query }, { signal, progress }) {
      if (/\bboom\b/.test(query))
        throw new Error('The file could not be read at byte 1,048,576: input/output error.');
      const wrong = check(query).at(0);
      if (wrong) throw new Error(told(wrong));
      if (/\bslowly\b/.test(query)) await after(1000, signal);
      const none = /\bnothing\b/.test(query);
      const few = /\bfew\b/.test(query);
      const step = none ? 1 : few ? Math.ceil(file.rows / 10) : 2 + scatter(query.length, 3, 9);
      const size = none ? 0 : Math.floor(file.rows / step);
      const view = views.length;
      const steps = Math.max(1, Math.round(options.queryTime / 100));
      const stateAt = (done: number): ViewState => ({
        view,
        query,
        outcome: {
          ...{ rows: 'records', filtered: true, limited: false, additive: [] },
          order: /\bsorted\b/.test(query) ? [{ key: 'at', descending: true }] : orderOf(query),
        },
        phase: done === steps ? 'done' : 'running',
        matched: Math.floor((size * done) / steps),
        records: Math.floor((file.rows * done) / steps),
        malformed: Math.floor((state.malformed * done) / steps),
        scanned: Math.floor((file.rows * recordBytes * done) / steps),
        total: file.rows * recordBytes,
        skipped: 0,
        elapsedMs: Math.round((options.queryTime * done) / steps),
        columns: undefined,
        said: undefined,
      });
      views.push({ step, offset: none ? 0 : 1, size: Math.floor(size / steps) });
      for (let done = 1; done < steps; done++) {
        views[view] = { step, offset: 1, size: stateAt(done).matched };
        progress(stateAt(done));
        await after(100, signal);
      }
      if (/\bhalfway\b/.test(query)) {
        halfway.set(view, stateAt(steps));
        const why = said`The file could not be read on at byte 1,048,576.`;
        return { ...stateAt(steps - 1), phase: 'failed', said: why, failedAt: 1_048_576 };
      }
      views[view] = { step, offset: none ? 0 : 1, size };
      return stateAt(steps);
    },
    record({ view, row }) {
      const index = recordAt(viewOf(view), row);
      const source = file.source(index);
      return {
        record: index + 1,
        line: index + (file.format === 'csv' ? 2 : 1),
        offset: index * recordBytes,
        length: source.length,
        format: file.format === 'csv' ? 'fields' : 'json',
        loose: file.format === 'csv',
        text: source,
        cut: false,
        fields:
          file.format === 'csv'
            ? file.columns.map(({ id, name }) => {
                const made = file.cell(index, id);
                return { name, value: (made.kind & 15) === CellKind.Null ? null : made.text };
              })
            : [],
        fault: reasonOf(file.fault(index)),
      };
    },
    async locate({ view, place }, { signal }) {
      if (delay > 0) await after(delay, signal);
      const from = viewOf(view);
      if (place.by === 'time') {
        const row = Math.ceil((Date.parse(place.text) - firstTime) / timeStep);
        if (row > from.size) throw new Error('There is no column of sorted times in this file.');
        return { row, exact: false, column: 0 };
      }
      const record =
        place.by === 'percent'
          ? Math.floor((file.rows * place.value) / 100)
          : place.by === 'offset'
            ? Math.floor(place.value / recordBytes)
            : place.value - 1;
      const row = Math.ceil((record - from.offset) / from.step);
      if (row >= from.size) return { row: Math.max(0, from.size - 1), exact: false };
      return { row: Math.max(0, row), exact: recordAt(from, row) === record };
    },
    async find({ view, text, matchCase, from, backward }, { signal, progress }) {
      const { size } = viewOf(view);
      const fold = (value: string) => (matchCase ? value : value.toLowerCase());
      for (let row = from + (backward ? -1 : 1); row >= 0 && row < size; row += backward ? -1 : 1) {
        const record = recordAt(viewOf(view), row);
        if (fold(file.source(record)).includes(fold(text))) return { row };
        if (row % 20_000 === 0) {
          progress({ scanned: Math.abs(row - from) * recordBytes, total: size * recordBytes });
          await after(0, signal);
        }
        if (Math.abs(row - from) > 100_000) return null;
      }
      return null;
    },
    findCount: ({ view, before }) => ({ count: Math.floor((before ?? viewOf(view).size) / 7) }),
    problems({ first, count }) {
      const items = [];
      let seen = 0;
      for (let row = 0; row < Math.min(file.rows, 200_000) && items.length < count; row++) {
        const reason = reasonOf(file.fault(row));
        if (!reason || seen++ < first) continue;
        const raw = new TextEncoder().encode(`${file.source(row)} \u0001`);
        raw[raw.length - 3] = 0xe9;
        items.push({
          record: row + 1,
          line: row + 1,
          offset: row * recordBytes,
          at: Math.min(29, raw.length - 1),
          reason,
          raw,
        });
      }
      return { items, total: state.malformed, complete: true };
    },
    kept: () => false,
    async statistics({ view, columns, depth }, { signal, progress }) {
      const own = (number: number) => ({
        size: viewOf(number).size,
        recordAt: (row: number) => recordAt(viewOf(number), row),
      });
      const answer = (share: number): StatisticsAnswer => {
        const coverage = { share, rows: Math.floor(file.rows * share), exact: share === 1 };
        return {
          view,
          columns: columns.map((column) =>
            columnStatistics(file, column, own(0), view === 0 ? undefined : own(view), depth),
          ),
          whole: coverage,
          filtered: view === 0 ? undefined : coverage,
        };
      };
      if (options.file === 'halfRead') {
        progress(answer(0.034));
        await after(60_000, signal);
      }
      return answer(1);
    },
    timeline: ({ view, bars, by }) =>
      timelineOf(
        { size: viewOf(view).size, recordAt: (row) => recordAt(viewOf(view), row) },
        bars,
        by !== undefined,
      ),
    timeOf: ({ view, row }) => firstTime + (recordAt(viewOf(view), row) % 100_000_000) * timeStep,
    otherTables: () => null,
    failedRows: () => [],
    schemaCheck: () => null,
    violations: () => [],
    problemKinds() {
      const counts = new Map<string, number>();
      for (let row = 0; row < Math.min(file.rows, 200_000); row++) {
        const reason = file.fault(row);
        if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
      const kinds = [...counts].map(([text, count]) => ({ reason: { text, values: [] }, count }));
      return { kinds: kinds.sort((a, b) => b.count - a.count), counted: state.malformed };
    },
    check: ({ query }) => check(query),
    complete({ query, position }) {
      const word = /[\w.]*$/.exec(query.slice(0, position))?.[0] ?? '';
      const from = position - word.length;
      const matching = (label: string) => label.toLowerCase().startsWith(word.toLowerCase());
      const columns = file.columns
        .filter(({ name }) => matching(name))
        .slice(0, 20)
        .map(({ name, path, type }) => ({
          label: name,
          kind: 'column' as const,
          detail: type,
          insert: path,
        }));
      const functions = [
        ['lower', 'lower(text) \u2192 text', 'The text in lower case.'],
        ['length', 'length(text) \u2192 number', 'Characters in the text.'],
        ['regexp_matches', 'regexp_matches(text, pattern) \u2192 boolean', 'Whether the pattern is found.'],
      ]
        .filter(([name = '']) => matching(name))
        .map(([label = '', detail = '', about = '']) => ({
          label,
          kind: 'function' as const,
          detail,
          info: { text: about, values: [] },
          insert: `${label}(`,
        }));
      const expected = /(^|[=<>~(,.|]|\b(?:and|or|not|where|in|like|select|by|between)) ?$/i.test(
        query.slice(0, position),
      );
      return { from, to: position, expected, items: [...columns, ...functions] };
    },
    keywords: () => ({
      reserved: ['and', 'or', 'where', 'order', 'by'],
      beginnings: ['where'],
      literals: [],
      others: [],
      callable: [],
    }),
    names: () => [],
    // An engine that has much to do answers some time.
    conditions: ({ query }) =>
      /\bunread\b/.test(query) ? new Promise(() => undefined) : conditionsOf(query),
    picks: ({ query }) => picksIn(query),
    edit: ({ query, edit }) => ({ query: edited(query, edit) }),
    'host/export': () => null,
    'host/exportRejects': () => null,
    'host/validate': () => null,
    'host/exportChecked': () => null,
    'host/openAsText': () => null,
    'host/openRecord': () => null,
    'host/compareRecord': () => null,
    'host/readAs': () => null,
    'host/readWith': () => null,
    'host/copy': () => null,
    'host/copyQueryAs': () => null,
    'host/askAboutFile': () => null,
    'host/sendRows': () => null,
    'host/runOnSpark': () => null,
    'host/runElsewhere': () => null,
    'host/filters': () => ({
      history: ["status >= 500 AND user.country = 'DE'", "level = 'error'", "message ILIKE '%timed out%'"],
      saved: [{ name: 'Server errors', query: 'status >= 500' }],
    }),
    'host/keepFilters': () => null,
    'host/keepPage': () => null,
    'host/status': () => null,
  };

  function check(query: string): Diagnostic[] {
    const at = query.indexOf('stauts');
    if (at >= 0) {
      return [
        {
          from: at,
          to: at + 6,
          severity: 'error',
          said: said`There is no column stauts. Did you mean status?`,
          fix: { kind: 'replace', text: 'status', query: query.replace('stauts', 'status') },
        },
      ];
    }
    if (/(=|>|<|AND|OR)\s*$/.test(query)) {
      return [
        { from: query.length, to: query.length, severity: 'error', said: said`A value is missing here.` },
      ];
    }
    return [];
  }

  const peer = new Peer<PreviewCalls, Record<string, never>, PreviewEvents>({ post, handlers });
  return {
    peer,
    obey(order) {
      switch (order.order) {
        case 'state':
          state = { ...state, ...order.state };
          peer.send('file', state);
          return;
        case 'ranOnSpark':
          peer.send('ranOnSpark', { label: order.label });
          return;
        case 'restart':
          peer.send('restarted', { message: order.message });
          return;
        case 'command':
          peer.send('command', order.command);
          return;
        case 'columns':
          peer.send('columns', {
            view: 0,
            columns: [...file.columns, { id: file.columns.length, name: 'late', path: 'late', type: 'text' }],
          });
          return;
        case 'delay':
          delay = order.delay;
      }
    },
  };
}

const sortAtEnd = /(?:^| \|> )ORDER BY (.+)$/;

function orderOf(query: string): Outcome['order'] {
  const keys = sortAtEnd.exec(query)?.[1]?.split(', ') ?? [];
  return keys.map((key) => {
    const path = key.replace(/ DESC$/, '');
    return { key: path, path, descending: path !== key };
  });
}

function sorted(query: string, { path, more }: Extract<QueryEdit, { kind: 'sort' }>): string {
  const order = orderOf(query);
  const old = order.find((key) => key.path === path);
  const next = !old ? [path] : old.descending ? [] : [`${path} DESC`];
  const others = order.map(({ key, descending }) => (descending ? `${key} DESC` : key));
  const keys = more
    ? others.flatMap((key) => (key.replace(/ DESC$/, '') === path ? next : [key])).concat(old ? [] : next)
    : next;
  const rest = query.replace(sortAtEnd, '');
  return [rest, ...(keys.length > 0 ? [`ORDER BY ${keys.join(', ')}`] : [])].filter(Boolean).join(' |> ');
}

/** As the engine writes picks, without its care for what stands there already. */
function picked(query: string, { path, pick }: Extract<QueryEdit, { kind: 'pick' }>): string {
  const others = conditionsOf(query)
    .map(({ text }) => text)
    .filter((text) => text !== '' && !text.startsWith(`${path} `));
  const values = pick.values.map(({ kind, text }) => (kind === 'text' ? `'${text}'` : text));
  const ranges = pick.ranges.flatMap(({ kind, from, to }) => {
    const edge = (text: string | undefined) => (kind === 'time' ? `TIMESTAMP '${text}'` : text);
    return [`${path} >= ${edge(from)}`, `${path} < ${edge(to)}`];
  });
  const one =
    values.length > 1 ? [`${path} IN (${values.join(', ')})`] : values.map((value) => `${path} = ${value}`);
  return [...others, ...ranges, ...one, ...(pick.nulls ? [`${path} IS NULL`] : [])].join(' AND ');
}

function picksIn(query: string): PreviewCalls['picks']['result'] {
  return conditionsOf(query).flatMap(({ text }) => {
    const values = /^(\S+) (?:= |IN \()([^)]*)\)?$/.exec(text);
    if (!values) return [];
    const [, path = '', list = ''] = values;
    const written = list.split(', ').map((value) => ({
      kind: value.startsWith("'") ? ('text' as const) : ('number' as const),
      text: value.replaceAll("'", ''),
      cut: false,
    }));
    const pick = { ranges: [], values: written, nulls: false };
    return [{ path, pick, excluded: { values: [], nulls: false } }];
  });
}

function conditionsOf(query: string): Condition[] {
  const found: Condition[] = [];
  let from = 0;
  for (const part of query.split(/ AND /)) {
    found.push({ from, to: from + part.length, text: part });
    from += part.length + ' AND '.length;
  }
  return found;
}

function edited(query: string, edit: QueryEdit): string {
  if (edit.kind === 'remove') {
    return conditionsOf(query)
      .filter(({ from }) => from !== edit.from)
      .map(({ text }) => text)
      .join(' AND ');
  }
  if (edit.kind === 'sort') return sorted(query, edit);
  if (edit.kind === 'pick') return picked(query, edit);
  if (edit.kind === 'drop') return `${query} |> DROP ${edit.paths.join(', ')}`;
  if (edit.kind !== 'add') {
    if (edit.value === undefined) return edited(query, { kind: 'add', path: edit.path, test: 'not-null' });
    const { kind, text } = edit.value;
    const cellKind = { number: CellKind.Number, boolean: CellKind.Boolean, text: CellKind.Text }[kind];
    return edited(query, { kind: 'add', path: edit.path, test: 'differs', value: { text, kind: cellKind } });
  }
  const { path, test, value } = edit;
  const literal =
    value?.kind === CellKind.Number || value?.kind === CellKind.Boolean
      ? value.text
      : `'${(value?.text ?? '').replaceAll("'", "''")}'`;
  const added = {
    equals: `${path} = ${literal}`,
    differs: `${path} <> ${literal}`,
    above: `${path} > ${literal}`,
    below: `${path} < ${literal}`,
    contains: `${path} ILIKE '%${value?.text ?? ''}%'`,
    has: `list_contains(${path}, ${literal})`,
    'is-null': `${path} IS NULL`,
    'not-null': `${path} IS NOT NULL`,
  }[test];
  return query.trim() === '' ? added : `${query} AND ${added}`;
}

function after(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new Error('cancelled'));
    });
  });
}
