import { answerBytes, type ToolAnswer } from '../../protocol/tools.ts';
import { parseQuery, type Diagnostic } from '../query/index.ts';
import { QuerySyntaxError, plannedFor } from '../dataset/plan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { derivedColumns } from '../run/derive.ts';
import { printQueries, UnreadElsewhereError } from '../service/printQueries.ts';
import { visible, withoutEnds } from '../visible.ts';
import { counted, percent } from '../words.ts';
import { byteLength, contentNote } from './answer.ts';
import { checked, withFile, type Call } from './call.ts';
import { reference } from './reference.ts';
import { roundedShare } from './share.ts';
import { ToolError } from './toolError.ts';

const [mostProblems, mostColumns] = [10, 100];
/** Characters of a query that are quoted. */
const quoted = 120;
/** A longer query is not printed for DuckDB, in bytes. */
const mostPrinted = 2000;

/** What is said of a query. */
interface Explained {
  readonly valid: boolean;
  readonly problems: readonly Diagnostic[];
  readonly rows?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly skippable?: number | undefined;
  readonly duckdb?: string | undefined;
}

/** Answers whether a query is right, and what it would do. Nothing is run. */
export async function explainQuery(call: Call): Promise<ToolAnswer> {
  const { input } = call;
  const query = input.textIfAny('query');
  const isReference = input.isTrue('reference');
  if (query === undefined && !isReference) throw new ToolError('Give a query, or set reference to true.');
  const explained = query === undefined ? undefined : await explain(call, query);
  // What has no room beside the rest is left out: columns first, as the query names them anyway.
  for (let most = mostColumns; ; most = Math.floor(most / 2)) {
    const told = explained && query !== undefined ? toldOf(explained, query, most) : undefined;
    const text = withoutEnds([...(told?.lines ?? []), ...(isReference ? [reference] : [])].join('\n'));
    const structured = { note: contentNote, ...told?.structured, ...(isReference && { reference }) };
    const size = Math.max(byteLength(text), byteLength(JSON.stringify(structured)));
    if (size <= answerBytes.usual || most === 0) return { text, structured, failed: false };
  }
}

async function explain(call: Call, query: string): Promise<Explained> {
  if (call.input.textIfAny('path') === undefined) {
    const parsed = parseQuery(query);
    return { valid: parsed.ok, problems: parsed.ok ? [] : parsed.diagnostics };
  }
  return withFile(call, async ({ file: { dataset } }) => {
    try {
      const { planned, warnings: found, totals } = await checked(query, dataset, call);
      const warnings = [...found, ...(await totals())];
      return {
        valid: true,
        problems: warnings,
        rows: rowsOf(planned.outcome.rows, planned.plan.shape),
        columns: derivedColumns(planned),
        skippable: skippableShare(dataset, query),
        duckdb: duckdbOf(dataset, query),
      };
    } catch (error) {
      if (!(error instanceof QuerySyntaxError)) throw error;
      return { valid: false, problems: error.diagnostics };
    }
  });
}

function rowsOf(rows: 'records' | 'groups' | 'rows', shape: 'records' | 'rows' | 'table'): string {
  if (rows === 'groups') return 'groups: each row sums up records; all records that match are read';
  if (shape === 'records') return 'records of the file as they are, in its order';
  return shape === 'rows' ? 'a row computed from each record' : 'computed or sorted rows';
}

/** By what is known of the blocks by now: after the first query on a column, more is. */
function skippableShare({ recognised, known, index }: Dataset, query: string): number | undefined {
  const { plan } = plannedFor(query, recognised.format);
  if (plan.zones.length === 0 || index.length === 0) return undefined;
  let skipped = 0;
  for (let block = 0; block < index.length; block++) if (!known.mayMatch(plan.zones, block)) skipped++;
  return roundedShare(skipped / index.length);
}

function duckdbOf(dataset: Dataset, query: string): string | undefined {
  try {
    return printQueries(dataset, query).find(({ engine }) => engine === 'DuckDB')?.text;
  } catch (error) {
    // It cannot be said there, which is no fault of the query.
    if (error instanceof UnreadElsewhereError) return undefined;
    throw error;
  }
}

function toldOf(
  { valid, problems, rows, columns, skippable, duckdb }: Explained,
  query: string,
  most: number,
): { readonly lines: readonly string[]; readonly structured: Readonly<Record<string, unknown>> } {
  const shown = problems
    .slice(0, Math.min(most, mostProblems))
    .map(({ severity, message, from, to, fix }) => ({
      severity,
      message: visible(message).slice(0, 500),
      at: visible(query.slice(from, Math.min(to, from + quoted))),
      position: from,
      ...(fix && fix.query.length <= 4 * quoted && { fix: visible(fix.query) }),
    }));
  const named = columns?.slice(0, most).map((name) => visible(name.slice(0, quoted)));
  const inDuckdb = duckdb === undefined ? undefined : visible(duckdb.replaceAll('\n', ' '));
  const printed = inDuckdb !== undefined && byteLength(inDuckdb) <= mostPrinted ? inDuckdb : undefined;
  const hiddenColumns = (columns?.length ?? 0) - (named?.length ?? 0);
  const lines = [
    valid ? 'The query is valid.' : 'The query is not valid.',
    ...shown.map(
      ({ severity, message, at, position, fix }) =>
        `${severity} at character ${position + 1}${at === '' ? '' : ` (${at})`}: ${message}${fix === undefined ? '' : ` Probably meant: ${fix}`}`,
    ),
    problems.length > shown.length ? `${counted(problems.length - shown.length, 'problem')} not shown.` : '',
    rows === undefined ? '' : `Its rows: ${rows}.`,
    named === undefined
      ? ''
      : `Its columns: ${named.join(', ')}${hiddenColumns > 0 ? ` and ${hiddenColumns} more` : ''}.`,
    skippable === undefined
      ? ''
      : `${percent(skippable)} of the blocks do not have to be read because of the index.`,
    printed === undefined ? '' : `In DuckDB: ${printed}`,
  ];
  return {
    lines: lines.filter((line) => line !== ''),
    structured: {
      valid,
      problems: shown,
      ...(rows !== undefined && { rows }),
      ...(named && { columns: named, hidden_columns: hiddenColumns }),
      ...(skippable !== undefined && { skippable_share: skippable }),
      ...(printed !== undefined && { duckdb: printed }),
    },
  };
}
