export const drafts = ['draft-07', '2019-09', '2020-12'] as const;
export type Draft = (typeof drafts)[number];
/** Of schemas that do not say. */
export const usualDraft: Draft = '2020-12';

/** A JSON Schema and the files it refers to, as it goes to other threads. */
export interface SchemaSpec {
  readonly draft: Draft;
  /** Whether the schema says which draft it is. */
  readonly isDraftWritten: boolean;
  /** `SchemaDocuments` as JSON text in UTF-8, in memory that threads share: a task does not copy it. */
  readonly bytes: Uint8Array;
  /** Whether checking one record can take long: it has patterns, which can backtrack. */
  readonly mayRunLong: boolean;
  /** What of the schema is not checked as it is written. */
  readonly notes: readonly string[];
}

export interface SchemaDocuments {
  /** Address of the document that records are checked against. */
  readonly root: string;
  readonly documents: readonly SchemaDocument[];
}

export interface SchemaDocument {
  /** Where references find it: its `$id`, or the file's address. */
  readonly address: string;
  readonly schema: JsonSchema;
}

/** Any JSON value: what is wrong with it is found when it is compiled. */
export type JsonSchema = unknown;

/** @param draft undefined where the schema does not say */
export function specOf(
  documents: SchemaDocuments,
  draft: Draft | undefined,
  notes: readonly string[] = [],
): SchemaSpec {
  const text = JSON.stringify(documents);
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(new SharedArrayBuffer(encoded.length));
  bytes.set(encoded);
  const isDraftWritten = draft !== undefined;
  return {
    draft: draft ?? usualDraft,
    isDraftWritten,
    bytes,
    mayRunLong: /"pattern(?:Properties)?":/.test(text),
    notes,
  };
}

export function documentsOf({ bytes }: SchemaSpec): SchemaDocuments {
  return JSON.parse(Buffer.from(bytes).toString()) as SchemaDocuments;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
