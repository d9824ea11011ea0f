import type { ServiceTarget } from '../../engine/send/sendRows.ts';
import { isAddress } from '../../engine/source/http/address.ts';
import { isPostgresAddress, parseTableName, type TableName } from '../../engine/sink/postgres/address.ts';
import { bodyForms } from '../../engine/sink/http/bodyForm.ts';
import { UsageError } from './usageError.ts';

export const serviceOptions = {
  'to-url': { type: 'string' },
  batch: { type: 'string' },
  'batch-gzip': { type: 'boolean' },
  'dead-letter': { type: 'string' },
  resend: { type: 'boolean' },
  resume: { type: 'boolean' },
  attempts: { type: 'string' },
  'retry-delay': { type: 'string' },
  timeout: { type: 'string' },
  'in-flight': { type: 'string' },
  'to-table': { type: 'string' },
  'create-table': { type: 'boolean' },
} as const;

type Values = Readonly<
  Partial<
    Record<Exclude<keyof typeof serviceOptions, 'batch-gzip' | 'resend' | 'resume' | 'create-table'>, string>
  >
> & {
  readonly 'batch-gzip'?: boolean;
  readonly resend?: boolean;
  readonly resume?: boolean;
  readonly 'create-table'?: boolean;
  readonly to?: string;
};

/** @throws UsageError */
export function readServiceOptions(values: Values): ServiceTarget | undefined {
  const { 'to-url': url, to, batch, resend = false, resume = false } = values;
  if (url === undefined) {
    for (const name of [
      'batch',
      'batch-gzip',
      'dead-letter',
      'resend',
      'resume',
      'attempts',
      'retry-delay',
      'timeout',
      'in-flight',
      'to-table',
      'create-table',
    ] as const) {
      if (values[name] !== undefined)
        throw new UsageError(`--${name} needs the address of a service: --to-url URL.`);
    }
    return undefined;
  }
  const isDatabase = isPostgresAddress(url);
  if (!isAddress(url) && !isDatabase) {
    throw new UsageError('--to-url needs an http or https address, or postgres://HOST/DATABASE.');
  }
  const table = readTable(values, isDatabase);
  const deadLetter = values['dead-letter'];
  if (deadLetter === '' || deadLetter === '-')
    throw new UsageError('--dead-letter needs the path of a file.');
  const form = to === undefined ? undefined : bodyForms.find((known) => known === to.toLowerCase());
  if (to !== undefined && form === undefined) {
    throw new UsageError(
      `With --to-url, --to takes ${bodyForms.slice(0, -1).join(', ')} or ${bodyForms.at(-1)}, not '${to}'.`,
    );
  }
  return {
    url,
    table,
    createTable: values['create-table'] ?? false,
    form,
    gzip: values['batch-gzip'] ?? false,
    deadLetter,
    resend,
    resume,
    batch: whole('batch', batch, 1_000_000),
    attempts: whole('attempts', values.attempts, 100),
    retryMs: milliseconds('retry-delay', values['retry-delay'], 600),
    timeoutMs: milliseconds('timeout', values.timeout, 3600),
    inFlight: whole('in-flight', values['in-flight'], 64),
  };
}

/** @throws UsageError where options are not those of a database, or not those of another service */
function readTable(values: Values, isDatabase: boolean): TableName | undefined {
  const name = values['to-table'];
  if (!isDatabase) {
    for (const option of ['to-table', 'create-table'] as const) {
      if (values[option] !== undefined)
        throw new UsageError(
          `--${option} needs the address of a database: --to-url postgres://HOST/DATABASE.`,
        );
    }
    return undefined;
  }
  for (const option of ['to', 'batch-gzip', 'in-flight'] as const) {
    if (values[option] !== undefined) throw new UsageError(`--${option} is not for a database.`);
  }
  if (name === undefined) throw new UsageError('A database needs the table to load: --to-table NAME.');
  const table = parseTableName(name);
  if (!table) {
    throw new UsageError(
      `--to-table takes a table, or a schema and a table (sales.orders), not '${name}'. Names with dots are put in double quotes.`,
    );
  }
  return table;
}

function whole(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new UsageError(
    `--${name} takes a whole number from 1 to ${most.toLocaleString('en')}, not '${text}'.`,
  );
}

function milliseconds(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (/^\d*\.?\d+$/.test(text) && seconds > 0 && seconds <= most) return 1000 * seconds;
  throw new UsageError(
    `--${name} takes a number of seconds up to ${most.toLocaleString('en')}, not '${text}'.`,
  );
}
