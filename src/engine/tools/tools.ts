import { toolDefinitions, toolNamed } from '../../protocol/toolDefinitions.ts';
import type { ToolAnswer, ToolName, ToolProgress, ToolRequest } from '../../protocol/tools.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { QuerySyntaxError } from '../dataset/plan.ts';
import { SchemaError } from '../schema/schemaError.ts';
import { SinkError } from '../sink/sinkError.ts';
import { SourceError } from '../source/source.ts';
import { asMemoryLimit } from '../stage/memoryLimit.ts';
import { TemporaryError } from '../temporaryFolder.ts';
import { Arguments } from './arguments.ts';
import type { Call } from './call.ts';
import { shownLine } from './cells.ts';
import { describeFile } from './describeFile.ts';
import { explainQuery } from './explainQuery.ts';
import { exportSubset } from './exportSubset.ts';
import { findText } from './findText.ts';
import { Gate } from './gate.ts';
import { getRecords } from './getRecords.ts';
import { OpenFiles, type HoldFile } from './openFiles.ts';
import { profileColumn } from './profileColumn.ts';
import { queryFile } from './queryFile.ts';
import { ToolError } from './toolError.ts';
import { validateFile } from './validateFile.ts';

const tools: Readonly<Record<ToolName, (call: Call) => Promise<ToolAnswer>>> = {
  describe_file: describeFile,
  query_file: queryFile,
  get_records: getRecords,
  find_text: findText,
  profile_column: profileColumn,
  explain_query: explainQuery,
  validate_file: validateFile,
  export_subset: exportSubset,
};

/** Calls at work at a time: each may hold memory of its own, and they share the scan workers. */
const atOnce = 4;
/** Characters of a failure that are told: names and values of a file may be in it. */
const longestFailure = 2000;

/** The tools over files that they keep open. */
export class Tools {
  readonly #files: OpenFiles;
  readonly #gate = new Gate(atOnce);

  constructor(hold: HoldFile) {
    this.#files = new OpenFiles(hold);
  }

  /**
   * Answers a call. What the model can do something about is a failed answer.
   * @throws the signal's reason; what is a bug here
   */
  async call(
    { name, input, scope }: ToolRequest,
    { signal, progress }: HandlerContext<ToolProgress>,
  ): Promise<ToolAnswer> {
    try {
      const tool = toolNamed(name);
      if (!tool) throw new ToolError(`There is no tool ${name.slice(0, 80)}. ${listOfTools()}`);
      const call = { input: new Arguments(tool.input, input), scope, files: this.#files, signal, progress };
      return await this.#gate.pass(signal, () => tools[tool.name](call));
    } catch (error) {
      const text = failureText(error);
      if (text === undefined || signal.aborted) throw error;
      return { text: visibleLines(text).slice(0, longestFailure), structured: undefined, failed: true };
    }
  }

  async close(): Promise<void> {
    await this.#files.close();
  }
}

function listOfTools(): string {
  return `The tools are ${toolDefinitions.map(({ name }) => name).join(', ')}.`;
}

/** What a model is told of a failure; undefined where it is a bug. */
function failureText(error: unknown): string | undefined {
  if (error instanceof QuerySyntaxError) return queryFailure(error);
  const foreseen =
    error instanceof ToolError ||
    error instanceof SourceError ||
    error instanceof SinkError ||
    error instanceof SchemaError ||
    error instanceof TemporaryError;
  if (foreseen) return error.message;
  return asMemoryLimit(error)?.message;
}

function queryFailure({ diagnostics, message }: QuerySyntaxError): string {
  const first = diagnostics.at(0);
  if (first === undefined) return message;
  const fix = first.fix && first.fix.query.length < 500 ? ` Probably meant: ${first.fix.query}` : '';
  return `The query is not valid, at character ${first.from + 1}: ${first.message}.${fix}\nexplain_query with reference set to true describes the language.`;
}

function visibleLines(text: string): string {
  return text.split('\n').map(shownLine).join('\n');
}
