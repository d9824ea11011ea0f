import type { ServerResponse } from 'node:http';
import { basename, extname } from 'node:path';
import type { Dataset } from '../engine/dataset/dataset.ts';
import { refuseOpen, unknownColumns } from '../engine/dataset/doubt/doubts.ts';
import { plannedFor } from '../engine/dataset/plan.ts';
import { countTo } from '../engine/run/count.ts';
import { exportTo } from '../engine/run/export/export.ts';
import { namedTarget } from '../engine/sink/targetName.ts';
import { targetFormats } from '../engine/sink/targets.ts';
import type { DownloadFormat } from '../protocol/browserTab.ts';
import { exportFormats, type ExportFormat } from '../protocol/engine.ts';
import { said } from '../said/said.ts';
import { commonHead, Refusal } from './refusal.ts';
import { responseSink } from './responseSink.ts';

/** What the formats are called, in the page and by HTTP. */
const formats: Readonly<Record<Exclude<ExportFormat, 'same'>, readonly [name: string, type: string]>> = {
  csv: ['CSV', 'text/csv; charset=utf-8; header=present'],
  tsv: ['TSV', 'text/tab-separated-values; charset=utf-8'],
  jsonl: ['JSON Lines', 'application/x-ndjson'],
  json: ['JSON', 'application/json'],
  md: ['Markdown', 'text/markdown; charset=utf-8'],
  parquet: ['Parquet', 'application/vnd.apache.parquet'],
  arrow: ['Arrow', 'application/vnd.apache.arrow.file'],
  xlsx: ['Excel', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
};

/** By the endings of addresses. */
const types = new Map<string, string>();
const offered: DownloadFormat[] = [];
for (const format of exportFormats) {
  if (format === 'same') continue;
  const [name, type] = formats[format];
  const { endings } = targetFormats[format];
  for (const ending of endings) types.set(ending, type);
  offered.push({ name, ending: endings[0] });
}
export const downloadFormats: readonly DownloadFormat[] = offered;

/** What a request for rows is about. */
export interface RowsRequest {
  readonly url: URL;
  /** Whether only the head is answered, for which no query is run. */
  readonly isHead: boolean;
  readonly response: ServerResponse;
  /** The name of the file. */
  readonly name: string;
  /** Opens the file, for this request alone. */
  readonly open: () => Promise<Dataset>;
  readonly signal: AbortSignal;
}

/** Streams what a query selects, in the format that the ending of the address names. @throws Refusal */
export async function sendRows({ url, isHead, response, name, open, signal }: RowsRequest): Promise<void> {
  const ending = /^\/rows(\.[a-z]+)$/.exec(url.pathname)?.[1];
  const type = types.get(ending ?? '');
  if (ending === undefined || type === undefined) {
    throw new Refusal(404, `There is / and /rows with an ending: ${[...types.keys()].join(' ')}.`);
  }
  const query = url.searchParams.get('q') ?? '';
  const dataset = await open();
  try {
    refuseOpen(
      query,
      dataset,
      () => said`Say how it is written when the server is started: see rowriver --help.`,
    );
    // A preview shows what it is unsure of beside the query.
    const warnings = url.searchParams.has('tab') ? [] : unknownColumns(query, dataset);
    const head = { ...headOf(type, `${plainName(name)}${ending}`), ...warningHead(warnings) };
    if (isHead) {
      plannedFor(query, dataset.recognised.format);
      answerHead(response, head);
      return;
    }
    const { kind, dialect } = dataset.format;
    const to = namedTarget({ name: basename(name), kind, delimiter: dialect?.delimiter }, `rows${ending}`);
    const sink = responseSink(response, head, signal);
    await exportTo(dataset, { query, to, sink }, { signal, progress: () => undefined });
  } finally {
    await dataset.close();
  }
}

/** Streams the malformed records, one JSON object a line. */
export async function sendRejects({
  isHead,
  response,
  name,
  open,
  signal,
}: Omit<RowsRequest, 'url'>): Promise<void> {
  const dataset = await open();
  try {
    const [, type] = formats.jsonl;
    const head = headOf(type, `${plainName(name)}.rejects.jsonl`);
    if (isHead) {
      answerHead(response, head);
      return;
    }
    const rejects = responseSink(response, head, signal);
    await countTo(dataset, { query: '', rejects }, { signal, progress: () => undefined });
  } finally {
    await dataset.close();
  }
}

/** A head is of ASCII, and has a limit. */
function warningHead(warnings: ReturnType<typeof unknownColumns>): Readonly<Record<string, string>> {
  if (warnings.length === 0) return {};
  const text = warnings.map(({ message, from }) => `${message} (at ${from + 1})`).join('; ');
  return { [warningName]: text.replace(/[^\x20-\x7e]/g, '?').slice(0, 1000) };
}

const warningName = 'Rowriver-Warning';

function answerHead(response: ServerResponse, head: Readonly<Record<string, string>>): void {
  response.writeHead(200, head).end();
}

function plainName(name: string): string {
  return basename(name, extname(name)) || 'rows';
}

function headOf(type: string, name: string): Readonly<Record<string, string>> {
  return {
    ...commonHead,
    'Content-Type': type,
    'Content-Disposition': attachment(name),
    'Accept-Ranges': 'none',
  };
}

/** As RFC 6266 has it: a name in ASCII, and for all who can read it the name itself (RFC 8187). */
function attachment(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
