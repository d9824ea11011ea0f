import { spawnSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  parseQuery,
  printForSpark,
  printQuery,
  type PrintTarget,
  type Query,
} from '../../src/engine/query/index.ts';
import { parseSparkAddress } from '../../src/engine/remote/address.ts';
import { jsonLines } from '../../src/engine/remote/arrowRows.ts';
import { fileRelation } from '../../src/engine/remote/messages.ts';
import { sessionSettings } from '../../src/engine/remote/run.ts';
import { SparkSession } from '../../src/engine/remote/session.ts';
import { comparable, jsonOf, rowsOf, sorted, type Answer } from '../unit/oracle/answers.ts';
import { QueryWriter, table, type Row } from '../unit/oracle/randomQuery.ts';
import { run } from '../unit/stage/run.ts';
import { told } from '../support/said.ts';

/** Another engine, over one table after the other. */
export interface OtherEngine {
  readonly target: PrintTarget;
  /** The query in its language, where it is not written as for everybody who has that engine. */
  print?(query: Query): ReturnType<typeof printQuery>;
  /** What a value of ours is there, where that differs. */
  comparable?(value: unknown): unknown;
  /** Makes the rows its table; answers the file's name as a printed query is to have it. */
  load(rows: readonly Row[]): string | Promise<string>;
  /** Whether a query's columns come in another order there. */
  reorders?(query: string): boolean;
  /** Whether what a query answers is left to the engine: there are several right answers. */
  leavesOpen?(query: string): boolean;
  /** The rows of a printed query. @throws what the engine says against it */
  ask(printed: string): unknown[][] | Promise<unknown[][]>;
}

/** Its conditions are numbers, and its times have six digits after the second. */
function asThere(value: unknown): unknown {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?$/.test(value)) {
    return value
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '')
      .replace(' 00:00:00', '');
  }
  return typeof value === 'boolean' ? Number(value) : value;
}

interface Chdb {
  readonly query: (sql: string, format: string) => string;
}

export function clickhouse({ query }: Chdb): OtherEngine {
  const ask = (sql: string): unknown[][] =>
    query(sql, 'JSONCompactEachRow')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as Answer[]).map(comparable).map(asThere));
  let data = '';
  return {
    target: 'clickhouse',
    comparable: asThere,
    // What is renamed comes last.
    reorders: (query) => query.includes('RENAME'),
    // Rows of a window have no order there unless it says one; here it is that of the file.
    leavesOpen: (query) => /\bOVER \((?![^)]*\bORDER BY\b)/i.test(query),
    load(rows) {
      const text = (value: string | null): string =>
        value === null ? 'NULL' : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
      const lines = rows.map(
        ({ id, i, d, s, u, b }) =>
          `(${id}, ${String(i)}, ${String(d)}, ${text(s)}, ${text(u)}, ${String(b)})`,
      );
      const types =
        'id Float64, i Nullable(Float64), d Nullable(Float64), s Nullable(String), u Nullable(String), b Nullable(Bool)';
      data = `values('${types}', ${lines.join(', ')})`;
      return 'data';
    },
    ask: (printed) => ask(printed.replaceAll("file('data', 'JSONEachRow')", data)),
  };
}

export function jq(folder: string): OtherEngine {
  const file = join(folder, 'data.jsonl');
  return {
    target: 'jq',
    load(rows) {
      writeFileSync(file, jsonOf(rows).text);
      return file;
    },
    ask(printed) {
      const { stdout, stderr } = spawnSync('sh', ['-c', printed], { encoding: 'utf8' });
      if (stderr !== '') throw new Error(stderr);
      return rowsOf(stdout.split('\n').slice(0, -1));
    },
  };
}

/** A server of Spark Connect that sees files of this computer. It is closed when it is done with. */
export function spark(address: string, folder: string): OtherEngine & { close(): Promise<void> } {
  const session = new SparkSession(parseSparkAddress(`sc://${address}`));
  const { signal } = new AbortController();
  let tables = 0;
  return {
    target: 'spark',
    print(query) {
      const printed = printForSpark(query);
      return printed.ok ? printed : { ok: false, said: printed.problem.said };
    },
    // What is renamed comes last.
    reorders: (query) => query.includes('RENAME'),
    // Any of several values is right, and which of them is another matter there.
    leavesOpen: (query) => /\b(any_value|mode|arg_max|arg_min)\(/.test(query),
    async load(rows) {
      const file = join(folder, `random-${tables++}.jsonl`);
      writeFileSync(file, jsonOf(rows).text);
      await session.configure({ ...sessionSettings, 'spark.sql.shuffle.partitions': '1' }, signal);
      const schema = 'id BIGINT, i BIGINT, d DOUBLE, s STRING, u STRING, b BOOLEAN';
      const relation = { format: 'json', schema, options: {}, paths: [`file://${file}`] } as const;
      await session.createView({ name: 'data', relation: fileRelation(relation) }, signal);
      return file;
    },
    async ask(printed) {
      const lines: string[] = [];
      for await (const batch of session.query(printed, signal))
        for (const text of jsonLines(batch)) lines.push(...text.toString().split('\n').slice(0, -1));
      return rowsOf(lines);
    },
    close: () => session.close(),
  };
}

/** Has a server do a statement. */
export async function doOnSpark(address: string, sql: string): Promise<void> {
  const session = new SparkSession(parseSparkAddress(`sc://${address}`));
  try {
    for await (const _ of session.query(sql, new AbortController().signal));
  } finally {
    await session.close();
  }
}

export interface CompareOptions {
  readonly queries: number;
  readonly seed: number;
  /** Differences that are printed. */
  readonly show: number;
}

const queriesPerTable = 50;

/** Asks both the same random queries and prints how often they agree; answers whether they always do. */
export async function compare(other: OtherEngine, { queries, seed, show }: CompareOptions): Promise<boolean> {
  const counts = { same: 0, different: 0, refused: 0, unsaid: 0, open: 0 };
  const unsaid = new Map<string, number>();
  const tables = fc.sample(table, { numRuns: Math.ceil(queries / queriesPerTable), seed });
  for (const [at, rows] of tables.entries()) {
    const file = await other.load(rows);
    const texts = fc.sample(
      fc.gen().map((g) => new QueryWriter(g).query()),
      { numRuns: queriesPerTable, seed: seed + at },
    );
    for (const { text, ordered } of texts) {
      const parsed = parseQuery(text);
      if (!parsed.ok) throw new Error(text);
      const printed =
        other.print?.(parsed.query) ?? printQuery(parsed.query, other.target, { file, format: 'jsonl' });
      if (!printed.ok) {
        counts.unsaid++;
        unsaid.set(told(printed), (unsaid.get(told(printed)) ?? 0) + 1);
        continue;
      }
      const columns = (row: unknown[]): unknown[] =>
        other.reorders?.(text) === true
          ? row.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
          : row;
      const order = (found: unknown[][]): unknown[][] =>
        ordered ? found.map(columns) : sorted(found.map(columns));
      const own = rowsOf(await run(text, jsonOf(rows)));
      const ours = order(own.map((row) => row.map((value) => other.comparable?.(value) ?? value)));
      let theirs: unknown[][] | string;
      try {
        theirs = order(await other.ask(printed.text));
      } catch (error) {
        theirs = error instanceof Error ? error.message : String(error);
      }
      if (isDeepStrictEqual(ours, theirs)) {
        counts.same++;
        continue;
      }
      const kind = typeof theirs === 'string' ? 'refused' : 'different';
      if (kind === 'different' && other.leavesOpen?.(text) === true) {
        counts.open++;
        continue;
      }
      if (counts.different + counts.refused < show) {
        const said = typeof theirs === 'string' ? theirs.slice(0, 400) : firstDifference(ours, theirs);
        console.log(`\n${text}\n${printed.text}\n${said}`);
      }
      counts[kind]++;
    }
  }
  console.log(
    `\n${other.target}, seed ${seed}: ${counts.same} the same, ${counts.different} different, ${counts.refused} refused, ${counts.open} where it may choose among several, ${counts.unsaid} that it has no words for`,
  );
  for (const [message, count] of [...unsaid].sort((a, b) => b[1] - a[1]))
    console.log(`  ${count} ${message}`);
  return counts.different + counts.refused === 0;
}

function firstDifference(ours: readonly unknown[][], theirs: readonly unknown[][]): string {
  const row = ours.findIndex((cells, at) => !isDeepStrictEqual(cells, theirs.at(at)));
  if (row === -1) return `${ours.length} rows here, ${theirs.length} there`;
  return `row ${row}: ${JSON.stringify(ours[row])} here, ${JSON.stringify(theirs.at(row))} there`;
}
