/** What agents may ask of files: the tools' names, what they take and answer. Plain data, for whoever offers them. */

/** The part of JSON Schema that the tools' arguments are described by, and checked against. */
export type ArgumentSchema =
  | {
      readonly type: 'string';
      readonly description: string;
      readonly enum?: readonly string[];
      readonly minLength?: number;
      readonly maxLength?: number;
    }
  | {
      readonly type: 'integer' | 'number';
      readonly description: string;
      readonly minimum?: number;
      readonly maximum?: number;
      readonly default?: number;
    }
  | { readonly type: 'boolean'; readonly description: string; readonly default?: boolean }
  | ({ readonly description: string } & ObjectSchema);

export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, ArgumentSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

/** The schema of what a tool answers, as JSON Schema. Plain data that no code here looks into. */
export interface AnswerSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
}

export const toolNames = [
  'describe_file',
  'query_file',
  'get_records',
  'find_text',
  'profile_column',
  'explain_query',
  'validate_file',
  'export_subset',
] as const;
export type ToolName = (typeof toolNames)[number];

export interface ToolDefinition {
  readonly name: ToolName;
  readonly title: string;
  /** For the model: what it does, and when to use it. */
  readonly description: string;
  readonly input: ObjectSchema;
  readonly output: AnswerSchema;
  /** Whether it changes nothing on the disk. */
  readonly readOnly: boolean;
}

/** What a call may reach. Whoever offers the tools says it, never the caller. */
export interface ToolScope {
  /** Folders whose files may be read, as absolute paths. */
  readonly roots: readonly string[];
  /** Single files that may be read besides, as absolute paths. */
  readonly files: readonly string[];
  /** Whether a new file may be written in a root: somebody has agreed to it. */
  readonly mayWrite: boolean;
}

export interface ToolRequest {
  readonly name: string;
  /** As the model gave it: checked here. */
  readonly input: unknown;
  readonly scope: ToolScope;
}

export interface ToolAnswer {
  /** For the model: at most the bytes that were asked for. */
  readonly text: string;
  /** The same for programs, by the tool's `output` schema; undefined where the call has failed. */
  readonly structured: Readonly<Record<string, unknown>> | undefined;
  /** The call has failed; `text` says what to do next. */
  readonly failed: boolean;
}

export interface ToolProgress {
  /** Share of the file that is done, 0 to 1. */
  readonly share: number;
  readonly message: string;
}

/** What a call may take at most, in bytes of `text` and of `structured` each. */
export const answerBytes = { least: 2 * 1024, usual: 8 * 1024, most: 64 * 1024 } as const;
/** How long a call may read, in seconds, before it answers with what it has. */
export const timeLimits = { usual: 30, most: 600 } as const;
/** Characters of a query that are taken. */
export const longestQuery = 100_000;
