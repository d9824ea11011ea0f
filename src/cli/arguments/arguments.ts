import { isAddress } from '../../engine/source/http/address.ts';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { MergeBy } from '../../engine/dataset/merge/mergeBy.ts';
import type { KeptExport } from '../../engine/run/export/kept.ts';
import type { Target } from '../../engine/sink/exportFormat.ts';
import { parseQuery } from '../../engine/query/index.ts';
import { endingOf, endings, isWritable, namedTarget } from '../../engine/sink/targetName.ts';
import { isTemplate } from '../../engine/sink/split/template.ts';
import { isDataFile } from '../../protocol/dataFiles.ts';
import type { FormatOptions } from '../../protocol/formatOptions.ts';
import { fileNameAt, placeAt } from '../../engine/source/location.ts';
import type { HeaderFields } from '../../engine/source/source.ts';
import { alsoOptions, readAlsoOptions, type AlsoOption } from './alsoOptions.ts';
import { cellOptions, readCellOptions, type CellOptions } from './cellOptions.ts';
import { readDiffArguments, type DiffCommand } from './diffArguments.ts';
import { readNewStageArguments, type NewStageCommand } from './newStageArguments.ts';
import { readResumeArguments, type ResumeCommand } from './resumeArguments.ts';
import { followOptions, readFollowOptions, type FollowOptions } from './followOptions.ts';
import { notOn, notOnOutput, ofRunHere, onOptions, readOnOptions, type OnOptions } from './onOptions.ts';
import { mergeOptions, readMergeOptions } from './mergeOptions.ts';
import { readMcpArguments, type McpCommand } from './mcpArguments.ts';
import { readSchemaOptions, schemaOptions, type SchemaOptions } from './schemaOptions.ts';
import { quoted, readEncoding, readFormat, readHeaders, readTarget } from './readOptions.ts';
import { readPort, serveOptions } from './serveArguments.ts';
import type { ServiceTarget } from '../../engine/send/sendRows.ts';
import { readServiceOptions, serviceOptions } from './serviceOptions.ts';
import { readSplitOptions, splitOptions, type SplitOptions } from './splitOptions.ts';
import { readTableOptions, tableOptions, type TableOptions } from './tableOptions.ts';
import { readTextOptions, textOptions, type TextOptions } from './textOptions.ts';
import { UsageError } from './usageError.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | ({ readonly kind: 'run' } & RunCommand)
  | ({ readonly kind: 'new-stage' } & NewStageCommand)
  | ({ readonly kind: 'resume' } & ResumeCommand)
  | ({ readonly kind: 'diff' } & DiffCommand)
  | ({ readonly kind: 'mcp' } & McpCommand)
  | ({ readonly kind: 'serve' } & ServeCommand);

export interface RunCommand {
  /** A path or an http(s) address; `-` for standard input. A path may have wildcards, and be that of a folder. */
  readonly file: string;
  /** The paths of files that follow it, as parts of one table. */
  readonly more: readonly string[];
  readonly query: string;
  /** Where the results go; undefined for standard output. */
  readonly output: string | undefined;
  /** What else is written in the same pass. */
  readonly also: readonly AlsoOption[];
  /** How outputs are written that are many files. */
  readonly split: SplitOptions;
  /** Where the results are sent, instead of to the output. */
  readonly service: ServiceTarget | undefined;
  /** undefined: what the name of the output says. */
  readonly to: Target | undefined;
  /** Print how many records match, and nothing else. */
  readonly count: boolean;
  /** Where malformed and odd records go, instead of to the output. */
  readonly rejects: string | undefined;
  /** Undefined: records are not checked. */
  readonly schema: SchemaOptions | undefined;
  /** Write a JSON Schema that takes the records, and nothing else. */
  readonly inferSchema: boolean;
  /** What FILE is read as; undefined: recognised. */
  readonly from: FormatOptions['format'];
  readonly table: TableOptions;
  /** By the WHATWG's name; undefined: recognised. */
  readonly encoding: string | undefined;
  readonly texts: TextOptions;
  readonly cells: CellOptions;
  /** Print how the file is read, and nothing else. */
  readonly reading: boolean;
  /** Print what the columns hold, as a table or, for programs, as JSON; undefined: the records are written. */
  readonly profile: 'table' | 'json' | undefined;
  /** Print what each stage of the query took, as a table or, for programs, as JSON; undefined: neither. */
  readonly stages: 'table' | 'json' | undefined;
  /** Where the metrics of the run go. */
  readonly metrics: string | undefined;
  readonly cache: boolean;
  /** Undefined: what is there is read once. */
  readonly follow: FollowOptions | undefined;
  /** Undefined: several files are read one after the other. */
  readonly merge?: MergeBy | undefined;
  /** Undefined: the query runs here. */
  readonly on?: OnOptions | undefined;
  /** Sent along with requests for an address: those of the service where there is one, else those for FILE. Never shown. */
  readonly headers: HeaderFields;
  /** The export that is gone on with. */
  readonly kept?: KeptExport | undefined;
}

/** What `rowriver serve` asks for: a file, how it is read, and where it is served. */
export interface ServeCommand extends Pick<
  RunCommand,
  'file' | 'more' | 'from' | 'table' | 'encoding' | 'texts' | 'cells' | 'cache' | 'headers'
> {
  /** 0: any that is free. */
  readonly port: number;
}

export { UsageError };

const options = {
  output: { type: 'string', short: 'o' },
  to: { type: 'string' },
  from: { type: 'string' },
  count: { type: 'boolean' },
  rejects: { type: 'string' },
  ...schemaOptions,
  ...serviceOptions,
  ...alsoOptions,
  ...splitOptions,
  ...tableOptions,
  encoding: { type: 'string' },
  reading: { type: 'boolean' },
  profile: { type: 'boolean' },
  stages: { type: 'boolean' },
  stats: { type: 'string' },
  metrics: { type: 'string' },
  ...followOptions,
  ...onOptions,
  ...mergeOptions,
  ...textOptions,
  ...cellOptions,
  header: { type: 'string', multiple: true },
  'no-cache': { type: 'boolean' },
  ...serveOptions,
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

/**
 * @param environment where ROWRIVER_HEADERS may be, for what is not to be seen in a list of processes
 * @param exists whether there is a file or folder of that name: what follows FILE is one more, or else the query
 * @throws UsageError
 */
export function readArguments(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  exists: (path: string) => boolean = () => false,
): Command {
  if (!args.some((arg) => ['-h', '--help', '-V', '--version'].includes(arg))) {
    if (args.at(0) === 'mcp') return { kind: 'mcp', ...readMcpArguments(args.slice(1)) };
    if (args.at(0) === 'resume') return { kind: 'resume', ...readResumeArguments(args.slice(1)) };
    if (args.at(0) === 'diff') return { kind: 'diff', ...readDiffArguments(args.slice(1), environment) };
    if (args.at(0) === 'new-stage') return { kind: 'new-stage', ...readNewStageArguments(args.slice(1)) };
  }
  const isServed = args.at(0) === 'serve';
  const { values: written, positionals: given } = parse(isServed ? args.slice(1) : args);
  if (written.help) return { kind: 'help' };
  if (written.version) return { kind: 'version' };
  const positionals = withFile(given, exists);
  const file = positionals.at(0);
  const ofQuery = positionals.findIndex((text, i) => i > 0 && !exists(text));
  const more = positionals.slice(1, ofQuery === -1 ? undefined : ofQuery);
  const [asked = '', ...rest] = ofQuery === -1 ? [] : positionals.slice(ofQuery);
  const { query, values } = withTarget(asked, written);
  if (file === undefined || file === '')
    throw new UsageError('No file given. Give a path, an address, or - for standard input.');
  const late = rest.find(exists);
  if (late !== undefined) {
    throw new UsageError(
      `The query comes after all files: there is no file ${quoted(query)}, and ${quoted(late)} is one.`,
    );
  }
  refuseFile(query);
  if (rest.length > 0) {
    throw new UsageError(
      `The query must be one argument: put it in quotes, ${quoted([query, ...rest].join(' '))}.`,
    );
  }
  if (more.length > 0 && !isPath(file)) {
    throw new UsageError('Only files can be read as one table, not standard input or an address.');
  }
  const from = fileOfQuery(query);
  if (from !== undefined && (more.length > 0 || !isSameFile(from, file))) {
    throw givenTwice(from, file);
  }
  const { output, rejects, count = false, reading = false, metrics } = values;
  const stages = readStages(values);
  if (
    values.profile &&
    (count || reading || stages !== undefined || output !== undefined || rejects !== undefined)
  ) {
    throw new UsageError(
      '--profile cannot be combined with --count, --reading, --stages, --output or --rejects.',
    );
  }
  if (values.profile && values.to !== undefined && values.to.toLowerCase() !== 'json') {
    throw new UsageError('--profile is written as a table, or with --to json as JSON.');
  }
  if (
    reading &&
    (query !== '' || count || stages !== undefined || output !== undefined || values.to !== undefined)
  ) {
    throw new UsageError('--reading cannot be combined with a query, --count, --stages, --output or --to.');
  }
  const schema = readSchemaOptions(values);
  const inferSchema = values['infer-schema'] ?? false;
  const others = [values.profile, count, reading, stages, rejects, values.to].some((value) => value);
  if (inferSchema && others) {
    throw new UsageError(
      '--infer-schema cannot be combined with --profile, --count, --reading, --stages, --rejects or --to.',
    );
  }
  if (schema && reading) throw new UsageError('--reading cannot be combined with --schema.');
  if (count && (output !== undefined || values.to !== undefined)) {
    throw new UsageError('--count cannot be combined with --output or --to.');
  }
  if (metrics !== undefined && (values.profile || reading)) {
    throw new UsageError('--metrics cannot be combined with --profile or --reading.');
  }
  if (metrics === '' || metrics === '-') throw new UsageError('--metrics needs the path of a file.');
  if (metrics !== undefined && (metrics === output || metrics === rejects)) {
    throw new UsageError('--metrics cannot be the same file as --output or --rejects.');
  }
  if (output === '') throw new UsageError('--output needs the path of a file.');
  if (rejects === '' || rejects === '-') throw new UsageError('--rejects needs the path of a file.');
  if (rejects !== undefined && rejects === output) {
    throw new UsageError('--output and --rejects cannot be the same file.');
  }
  const service = readServiceOptions(values);
  if (service && (output !== undefined || count || reading || inferSchema || values.profile)) {
    throw new UsageError(
      '--to-url cannot be combined with --output, --count, --reading, --profile or --infer-schema.',
    );
  }
  const source = fileNameAt(file);
  const also = readAlsoOptions(values.also, source);
  if (also.length > 0 && (service || count || reading || inferSchema || values.profile)) {
    throw new UsageError(
      '--also cannot be combined with --to-url, --count, --reading, --profile or --infer-schema.',
    );
  }
  if (output !== undefined && !inferSchema && values.to === undefined && !isWritable(source, output)) {
    throw new UsageError(
      `--output: ${quoted(endingOf(output))} is not a format that can be written. Use one of ${endings.join(' ')}, optionally with .gz or .zst (but not after .parquet, .arrow, .feather or .xlsx), or set the format with --to.`,
    );
  }
  const outputs = [output ?? '', ...also.map((other) => other.output)];
  const split = readSplitOptions(values, outputs);
  if (inferSchema && isTemplate(output ?? ''))
    throw new UsageError('--infer-schema writes one file: its name cannot have {column} or {part}.');
  for (const [name, path] of Object.entries({ rejects, report: schema?.report })) {
    if (path !== undefined && namedTarget(linesSource, path) !== 'same') {
      throw new UsageError(`--${name} writes JSON Lines: the name cannot end in ${quoted(endingOf(path))}.`);
    }
  }
  const run: RunCommand = {
    file,
    more,
    query,
    output: output === '-' ? undefined : output,
    also,
    split,
    service,
    to: values.to === undefined || service ? undefined : readTarget(values.to),
    count,
    rejects,
    schema,
    inferSchema,
    from: values.from === undefined ? undefined : readFormat(values.from),
    table: readTableOptions(values),
    encoding: values.encoding === undefined ? undefined : readEncoding(values.encoding),
    texts: readTextOptions(values),
    cells: readCellOptions(values),
    reading,
    profile: !values.profile ? undefined : values.to === undefined ? 'table' : 'json',
    stages,
    metrics,
    cache: !values['no-cache'],
    follow: readFollowOptions(
      values,
      notFollowed.filter((name) => values[name] !== undefined),
      new Date(),
    ),
    merge: readMergeOptions(values, isPath(file)),
    on: readOnOptions(
      values,
      notOn.filter((name) => values[name] !== undefined),
      notOnOutput.filter((name) => values[name] !== undefined),
      environment,
    ),
    headers: readHeaders(
      values.header ?? [],
      // A database takes no headers: they are for the file then.
      service === undefined || service.table ? file : service.url,
      environment,
    ),
  };
  if (isServed) return { kind: 'serve', ...run, port: readPort(run, values) };
  if (values.port !== undefined) throw new UsageError('--port is only for rowriver serve.');
  return { kind: 'run', ...run };
}

/**
 * The arguments with the file that a query names, where the query is the first of them.
 * @throws UsageError where it names none, or cannot be read
 */
function withFile(positionals: readonly string[], exists: (path: string) => boolean): readonly string[] {
  const first = positionals.at(0);
  if (first === undefined || !/^\s*(from|select)\s/i.test(first) || exists(first)) return positionals;
  const parsed = parseQuery(first);
  if (!parsed.ok) throw new UsageError(`The query cannot be read: ${parsed.diagnostics[0].message}.`);
  const { from } = parsed.query;
  if (from === undefined) {
    throw new UsageError(
      "The query names no file. Write it in single quotes after FROM, as in FROM 'data.csv', or give FILE before the query.",
    );
  }
  if (positionals.length > 1) {
    throw givenTwice(from.path, positionals[1]);
  }
  return [from.path, first];
}

/**
 * The query without the POST or INTO that ends it, which is said by options instead.
 * @throws UsageError where options say it as well
 */
function withTarget(
  asked: string,
  values: ReturnType<typeof parse>['values'],
): { readonly query: string; readonly values: typeof values } {
  const parsed = parseQuery(asked);
  const target = parsed.ok ? parsed.query.target : undefined;
  if (!target) return { query: asked, values };
  const word = target.kind.toUpperCase();
  const twice = (option: string): UsageError =>
    new UsageError(
      `${word} in the query says where the rows go, and --${option} is given as well. Leave out one of them.`,
    );
  if (values['to-url'] !== undefined) throw twice('to-url');
  const given =
    target.kind === 'into' ? { 'to-table': target.table } : { ...(target.body && { to: target.body }) };
  const { batch } = target;
  const said = { 'to-url': target.url, ...given, ...(batch !== undefined && { batch: String(batch) }) };
  const again = optionNames.find((name) => name in said && values[name] !== undefined);
  if (again !== undefined) throw twice(again);
  return { query: asked.slice(0, target.from).replace(/\s*\|>\s*$/, ''), values: { ...values, ...said } };
}

/** @throws UsageError where a file is meant by what stands in the place of the query, such as one whose name is mistyped */
function refuseFile(query: string): void {
  if (query === '-') throw new UsageError('Only files can be read as one table, not standard input.');
  // A query string may be a secret, so the address is not repeated.
  if (isAddress(query) || /^[a-z][a-z\d+.-]*:\/\//i.test(query))
    throw new UsageError(
      'An address cannot be read together with other files or addresses: save it as a file, and give its name.',
    );
  if (!isDataFile(query) || /[\s=<>!'"()|]/.test(query)) return;
  throw new UsageError(`There is no file ${quoted(query)}. If a column is meant, write (${query}).`);
}

function givenTwice(from: string, file: string): UsageError {
  return new UsageError(
    `FROM names ${quoted(from)}, and ${quoted(file)} is given as well. Leave out one of them.`,
  );
}

/** What FROM names in a query. One that cannot be read is told of when it is run. */
function fileOfQuery(query: string): string | undefined {
  const parsed = parseQuery(query);
  return parsed.ok ? parsed.query.from?.path : undefined;
}

function isSameFile(path: string, file: string): boolean {
  return path === file || (isPath(path) && isPath(file) && resolve(path) === resolve(file));
}

/** What POST and INTO may say. */
const optionNames = ['to-table', 'to', 'batch'] as const;

/** What needs the last row, or an output of its own. */
const notFollowed = ['output', 'also', 'count', 'rejects', 'schema', 'to-url', ...ofRunHere] as const;

/** Whether a text names a file or files, not an address or standard input. */
export function isPath(text: string): boolean {
  return text !== '-' && placeAt(text).kind === 'file';
}

/** Rejects and reports are JSON Lines, whatever the file is. */
const linesSource = { name: '', kind: 'jsonl' } as const;

function parse(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: args.map((arg) => (isQuery(arg) ? mark + arg : arg)),
      options,
      allowPositionals: true,
    });
    for (const [name, value] of Object.entries(values)) {
      if (Array.isArray(value)) Reflect.set(values, name, value.map(unmarked));
      else Reflect.set(values, name, unmarked(value));
    }
    return { values, positionals: positionals.map(unmarked) };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) throw new UsageError(withoutAdvice(error.message));
    throw error;
  }
}

/**
 * Whether an argument that begins like an option can only be meant as a query: `-x > 5`. A path that is joined to
 * its option (`-oPATH`) has none of these characters, or can be given as an argument of its own.
 */
function isQuery(arg: string): boolean {
  return /^-[^-]/.test(arg)
    ? /[\s<>=!~(]/.test(arg) && !arg.startsWith('-o=')
    : /^--[^=]*[\s<>!~(]/.test(arg);
}

/** No argument can begin so: a program's arguments never hold NUL. */
const mark = '\0';

function unmarked<Value>(value: Value): Value | string {
  return typeof value === 'string' && value.startsWith(mark) ? value.slice(1) : value;
}

/** What parseArgs adds for the programmer is left out. */
function withoutAdvice(message: string): string {
  return `${(message.split(/\. |\.?\n/)[0] ?? message).replace(/\.$/, '')}.`;
}

function readStages({
  stages,
  stats,
}: {
  readonly stages?: boolean | undefined;
  readonly stats?: string | undefined;
}): RunCommand['stages'] {
  if (stats === undefined) return stages ? 'table' : undefined;
  if (stats !== 'table' && stats !== 'json') {
    throw new UsageError(`--stats takes table or json, not ${quoted(stats)}.`);
  }
  return stats;
}
