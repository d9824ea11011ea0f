import { UsageError } from './usageError.ts';

export const schemaOptions = {
  schema: { type: 'string' },
  report: { type: 'string' },
  invalid: { type: 'string' },
  'fail-on-invalid': { type: 'boolean' },
  'infer-schema': { type: 'boolean' },
} as const;

/** What records are checked by, and what becomes of those that it does not allow. */
export interface SchemaOptions {
  /** Path of a JSON Schema. */
  readonly schema: string;
  /** Where each violation goes, as JSON Lines. */
  readonly report: string | undefined;
  /** Where the invalid records go. */
  readonly invalid: string | undefined;
  /** Whether the run fails where there are some. */
  readonly failOnInvalid: boolean;
}

interface Values {
  readonly schema?: string | undefined;
  readonly report?: string | undefined;
  readonly invalid?: string | undefined;
  readonly 'fail-on-invalid'?: boolean | undefined;
}

/** @throws UsageError */
export function readSchemaOptions({
  schema,
  report,
  invalid,
  'fail-on-invalid': failOnInvalid = false,
}: Values): SchemaOptions | undefined {
  if (schema === undefined) {
    const given = Object.entries({ report, invalid, 'fail-on-invalid': failOnInvalid || undefined });
    const [name] = given.find(([, value]) => value !== undefined) ?? [];
    if (name !== undefined) throw new UsageError(`--${name} needs a JSON Schema: --schema FILE.`);
    return undefined;
  }
  if (schema === '') throw new UsageError('--schema needs the path of a file.');
  for (const [name, path] of Object.entries({ report, invalid })) {
    if (path === '' || path === '-') throw new UsageError(`--${name} needs the path of a file.`);
  }
  return { schema, report, invalid, failOnInvalid };
}
