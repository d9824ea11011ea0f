import { randomUUID } from 'node:crypto';
import type { JoinedReport } from '../../protocol/comparison.ts';
import { said, type Said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openJoined, pathOfJoined } from '../dataset/joinedFile.ts';
import { plannedFor, QuerySyntaxError, type PlannedQuery } from '../dataset/plan.ts';
import { columnPlace, type Layout } from '../query/layout.ts';
import { didYouMean } from '../query/nearest.ts';
import { errorAt, type Span } from '../query/diagnostic.ts';
import { parseQuery, planQuery, visitExpression, type Plan } from '../query/index.ts';
import { valueName, writeQuoted } from '../query/write.ts';
import type { JoinedTables } from '../pool/task.ts';
import { shareJoins, type ShareContext } from '../stage/gather.ts';
import { buildJoin, type JoinBuild, type JoinedRows, type SharedJoin } from '../stage/join/build.ts';
import type { Joins } from '../stage/joins.ts';
import { SourceError } from '../source/source.ts';
import type { Batch } from '../stage/batch.ts';

type JoinStep = Extract<Plan['steps'][number], { kind: 'join' }>;
type Column = JoinStep['uses'][number]['column'];

interface Joined {
  readonly slot: number;
  readonly dataset: Dataset;
}

/** Gives the rows of a query over a file. */
export type BatchesOf = (dataset: Dataset, query: PlannedQuery, signal: AbortSignal) => AsyncIterable<Batch>;

/** The other files that a query names, open for one run of it. */
export class JoinedFiles implements Joins {
  readonly #dataset: Dataset;
  readonly #files: readonly Joined[];
  readonly #query: PlannedQuery;
  readonly #batchesOf: BatchesOf;
  /** By the slot of the step, what was read of its file. */
  readonly #builds = new Map<number, JoinBuild>();
  #tables: JoinedTables | undefined;

  private constructor(dataset: Dataset, files: readonly Joined[], query: PlannedQuery, batchesOf: BatchesOf) {
    this.#dataset = dataset;
    this.#files = files;
    this.#query = query;
    this.#batchesOf = batchesOf;
  }

  /**
   * Opens them beside the file that the query is asked of.
   * @throws QuerySyntaxError where one cannot be read; SourceError; the signal's reason
   */
  static async open(
    dataset: Dataset,
    query: PlannedQuery,
    batchesOf: BatchesOf,
    signal: AbortSignal,
  ): Promise<JoinedFiles> {
    const files: Joined[] = [];
    const joined = new JoinedFiles(dataset, files, query, batchesOf);
    try {
      for (const step of query.plan.steps) {
        if (step.kind !== 'join') continue;
        files.push({ slot: step.slot, dataset: await opened(dataset, step, query.text, signal) });
      }
      return joined;
    } catch (error) {
      await joined.close();
      throw error;
    }
  }

  /**
   * The query with the plan for what is known of the other files.
   * @throws QuerySyntaxError where one of them lacks a column
   */
  planned(): PlannedQuery {
    const { text, plan } = this.#query;
    const parsed = parseQuery(text);
    if (!parsed.ok) throw new TypeError('A query that was planned cannot be read.');
    const known = planQuery(parsed.query, plan.layout, this.#layouts);
    for (const step of known.steps)
      if (step.kind === 'join') refuseMissing(step, this.#fileOf(step).layout, text);
    return { ...this.#query, plan: known };
  }

  /**
   * Reads those files whose rows the scan workers can look up, see `shareJoins`.
   * @param plan that of `planned`, or of its records
   * @throws SourceError; the signal's reason
   */
  async share(plan: Plan, context: ShareContext): Promise<JoinedTables | undefined> {
    const shared = await shareJoins(plan, this, context);
    if (shared.length > 0) this.#tables = { key: randomUUID(), layouts: this.#layouts, shared };
    return this.#tables;
  }

  get shared(): readonly SharedJoin[] {
    return this.#tables?.shared ?? [];
  }

  /** @param step of the plan that `planned` gives */
  async build(...[step, slots, live, budget, signal]: Parameters<Joins['build']>): Promise<JoinBuild> {
    const begun = this.#builds.get(step.slot);
    if (begun) return begun;
    const dataset = this.#fileOf(step);
    const query = plannedFor(joinedQuery(step, this.#query.text), dataset.recognised.format);
    const rows = joinedRows(step, query.plan, this.#batchesOf(dataset, query, signal));
    const build = await buildJoin(step, slots, rows, live, budget, signal);
    this.#builds.set(step.slot, build);
    return build;
  }

  /**
   * Looks, when they have been read, whether they are still the files that were opened.
   * @returns those of which that is not sure, and those with malformed records
   * @throws SourceError `changed`
   */
  async report(signal: AbortSignal): Promise<JoinedReport[]> {
    const reports: JoinedReport[] = [];
    for (const { dataset } of this.#files) {
      const doubt = await dataset.recheck(signal);
      const { malformed } = dataset.index;
      if (doubt || malformed > 0) reports.push({ name: dataset.name, doubt, malformed });
    }
    return reports;
  }

  async close(): Promise<void> {
    if (this.#tables) this.#dataset.scheduler.release(this.#tables.key);
    for (const { rest } of this.#builds.values()) await rest?.close();
    for (const { dataset } of this.#files) await dataset.close();
  }

  get #layouts(): readonly Layout[] {
    return this.#files.map(({ dataset }) => dataset.layout);
  }

  #fileOf({ slot }: JoinStep): Dataset {
    const file = this.#files.find((other) => other.slot === slot);
    if (!file) throw new TypeError('A JOIN has no file.');
    return file.dataset;
  }
}

/** The files on disk that queries over a file read, which nothing may overwrite. */
export async function pathsRead(dataset: Dataset, queries: readonly string[]): Promise<readonly string[]> {
  const paths = [...dataset.location.paths];
  for (const text of queries) {
    const parsed = parseQuery(text);
    const operators = parsed.ok ? parsed.query.operators : [];
    for (const operator of operators) {
      if (operator.kind !== 'join') continue;
      // What may not be read is said when it is to be opened.
      const path = await pathOfJoined(dataset, operator.file.path).catch(noneThere);
      if (path !== undefined) paths.push(path);
    }
  }
  return paths;
}

function noneThere(error: unknown): undefined {
  if (!(error instanceof SourceError)) throw error;
}

/** What is asked of the other file: the values of the keys, and what is read of the rows. */
export function joinedQuery({ keys, uses, whole }: JoinStep, text: string): string {
  const items = keys.map((key, at) => `${writtenInFile(key, text)} AS "key ${at + 1}"`);
  if (whole) items.push('*');
  else {
    const members = new Set(uses.map(({ path: [first] }) => String(first)));
    for (const name of members) items.push(`${writeMember(name)} AS ${writeQuoted(name)}`);
  }
  return `|> SELECT ${items.join(', ')}`;
}

/**
 * The expression of a key as it is asked of the other file: without the name of its rows before columns, which may be a
 * column of it as well.
 */
function writtenInFile({ left, right }: JoinStep['keys'][number], text: string): string {
  if (left === right) return text.slice(right.from, right.to);
  const columns = new Map<number, Column>();
  visitExpression(right, (node) => {
    if (node.kind === 'column') columns.set(node.from, node);
  });
  let written = '';
  let at = right.from;
  for (const { from, to, rest } of [...columns.values()].sort((a, b) => a.from - b.from)) {
    const [first] = rest;
    // A row is an object, which has no items.
    const inFile = 'index' in first ? 'NULL' : writeMember(first.name) + text.slice(first.to, to);
    written += text.slice(at, from) + inFile;
    at = to;
  }
  return written + text.slice(at, right.to);
}

/** Without quotes, some names stand for what is known of a record beside its members. */
function writeMember(name: string): string {
  return name === valueName ? valueName : writeQuoted(name);
}

/** @param plan of `joinedQuery` */
export function joinedRows({ keys }: JoinStep, plan: Plan, batches: AsyncIterable<Batch>): JoinedRows {
  const { output, slots } = plan;
  const values = keys.map((_, at) => output[at].slot);
  return {
    keys: values,
    natures: values.map((slot) => slots[slot]),
    output: output.slice(keys.length),
    batches,
  };
}

async function opened(
  dataset: Dataset,
  { file }: JoinStep,
  text: string,
  signal: AbortSignal,
): Promise<Dataset> {
  try {
    return await openJoined(dataset, file.path, signal);
  } catch (error) {
    if (!(error instanceof SourceError) || error.failure === 'changed') throw error;
    throw refusal(file, error.said, text);
  }
}

/** A column that a table does not have is not there for certain; a record of JSON further down may have it. @throws QuerySyntaxError */
function refuseMissing({ file, alias, keys, uses }: JoinStep, layout: Layout, text: string): void {
  if (layout.names !== 'columns') return;
  const { columns } = layout;
  const refuse = (column: Column, name: string): never => {
    throw refusal(
      column,
      said`${file.path} has no column ${name}${meantBy(name, alias.name, columns)}`,
      text,
    );
  };
  for (const { left, right } of keys) {
    visitExpression(right, (node) => {
      if (node.kind !== 'column') return;
      const steps = left === right ? [node.first, ...node.rest] : node.rest;
      if (columnPlace(steps, columns) === undefined) refuse(node, nameOf(steps));
    });
  }
  for (const { column, path } of uses) {
    // The row itself is there.
    if (path.length > 0 && !columns.includes(String(path[0]))) refuse(column, path.join('.'));
  }
}

/** Behind `SELECT u.*` its columns stand by themselves, and `u.id` is none of them. */
function meantBy(name: string, alias: string, columns: readonly string[]): ReturnType<typeof didYouMean> {
  const inside = name.startsWith(`${alias}.`) ? name.slice(alias.length + 1) : undefined;
  if (inside !== undefined && columns.includes(inside)) return said`; did you mean ${inside}?`;
  return didYouMean(inside ?? name, columns);
}

function nameOf(steps: Column['rest']): string {
  return steps.map((step) => ('index' in step ? step.index : step.name)).join('.');
}

function refusal(span: Span, told: Said, text: string): QuerySyntaxError {
  return new QuerySyntaxError([errorAt(span, told)], text);
}
