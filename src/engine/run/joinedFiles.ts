import type { JoinedDoubt } from '../../protocol/comparison.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openJoined, pathOfJoined } from '../dataset/joinedFile.ts';
import { plannedFor, QuerySyntaxError, type PlannedQuery } from '../dataset/plan.ts';
import { columnIndex } from '../query/layout.ts';
import { didYouMean } from '../query/nearest.ts';
import type { Span } from '../query/diagnostic.ts';
import { parseQuery, visitExpression, type Plan } from '../query/index.ts';
import { writeName, writePath } from '../query/write.ts';
import type { JoinedRows, Joins } from '../stage/joins.ts';
import { SourceError } from '../source/source.ts';
import type { Batch } from '../stage/batch.ts';

type JoinStep = Extract<Plan['steps'][number], { kind: 'join' }>;
type Column = JoinStep['uses'][number];

interface Joined {
  readonly step: JoinStep;
  readonly dataset: Dataset;
}

/** Gives the rows of a query over a file. */
export type BatchesOf = (dataset: Dataset, query: PlannedQuery, signal: AbortSignal) => AsyncIterable<Batch>;

/** The other files that a query names, open for one run of it. */
export class JoinedFiles implements Joins {
  readonly #files: readonly Joined[];
  /** The query's text, by which the steps say where they stand. */
  readonly #text: string;
  readonly #batchesOf: BatchesOf;

  private constructor(files: readonly Joined[], text: string, batchesOf: BatchesOf) {
    this.#files = files;
    this.#text = text;
    this.#batchesOf = batchesOf;
  }

  /**
   * Opens them beside the file that the query is asked of.
   * @throws QuerySyntaxError where one cannot be read or lacks a column; SourceError; the signal's reason
   */
  static async open(
    dataset: Dataset,
    { steps }: Plan,
    text: string,
    batchesOf: BatchesOf,
    signal: AbortSignal,
  ): Promise<JoinedFiles> {
    const files: Joined[] = [];
    const joined = new JoinedFiles(files, text, batchesOf);
    try {
      for (const step of steps) {
        if (step.kind !== 'join') continue;
        files.push({ step, dataset: await opened(dataset, step, text, signal) });
      }
      for (const file of files) refuseMissing(file, text);
      return joined;
    } catch (error) {
      await joined.close();
      throw error;
    }
  }

  /** Of each, whether its fields have no type of their own. */
  get loose(): readonly boolean[] {
    return this.#files.map(({ dataset }) => dataset.layout.names === 'columns');
  }

  rows(step: JoinStep, signal: AbortSignal): JoinedRows {
    const file = this.#files.find(({ step: other }) => other.slot === step.slot);
    if (!file) throw new TypeError('A JOIN has no file.');
    const { dataset } = file;
    const query = plannedFor(joinedQuery(step, this.#text), dataset.recognised.format);
    return joinedRows(step, query.plan, this.#batchesOf(dataset, query, signal));
  }

  /**
   * Looks, when they have been read, whether they are still the files that were opened.
   * @returns those of which that is not sure
   * @throws SourceError `changed`
   */
  async recheck(signal: AbortSignal): Promise<JoinedDoubt[]> {
    const doubts: JoinedDoubt[] = [];
    for (const { dataset } of this.#files) {
      const doubt = await dataset.recheck(signal);
      if (doubt) doubts.push({ name: dataset.name, doubt });
    }
    return doubts;
  }

  async close(): Promise<void> {
    for (const { dataset } of this.#files) await dataset.close();
  }
}

/** The files on disk that queries over a file read, which nothing may overwrite. */
export async function pathsRead(dataset: Dataset, queries: readonly string[]): Promise<readonly string[]> {
  const paths = [...dataset.paths];
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
export function joinedQuery({ alias, keys, uses, whole }: JoinStep, text: string): string {
  const items = keys.map(({ right: { from, to } }, at) => `${text.slice(from, to)} AS "key ${at + 1}"`);
  if (whole) items.push('*');
  else {
    const members = new Set(uses.map(memberOf));
    for (const name of members) items.push(`${writePath([alias.name, name])} AS ${writeName(name)}`);
  }
  return `|> AS ${writeName(alias.name)} |> SELECT ${items.join(', ')}`;
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
    throw refusal(file, error.message, text);
  }
}

/** A column that a table does not have is not there for certain; a record of JSON further down may have it. @throws QuerySyntaxError */
function refuseMissing({ step, dataset }: Joined, text: string): void {
  const { layout } = dataset;
  if (layout.names !== 'columns') return;
  const { columns } = layout;
  const named = new Set<Column>(step.uses);
  for (const { left, right } of step.keys) {
    visitExpression(right, (node) => {
      if (node.kind === 'column')
        named.add(left === right ? { ...node, rest: [node.first, ...node.rest] } : node);
    });
  }
  for (const column of named) {
    const name = memberOf(column);
    if (columnIndex(name, columns) !== -1 && (!step.whole || columns.includes(name))) continue;
    const near = didYouMean(name, columns);
    throw refusal(column, `${step.file.path} has no column ${name}${near}`, text);
  }
}

/** The column of the other file that is read, or of which a member is. */
function memberOf({ rest }: Column): string {
  const first = rest.at(0);
  return first === undefined ? '' : 'index' in first ? String(first.index) : first.name;
}

function refusal({ from, to }: Span, message: string, text: string): QuerySyntaxError {
  return new QuerySyntaxError([{ from, to, severity: 'error', message }], text);
}
