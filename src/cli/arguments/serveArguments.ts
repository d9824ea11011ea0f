import { cellOptions } from './cellOptions.ts';
import { tableOptions } from './tableOptions.ts';
import { textOptions } from './textOptions.ts';
import { UsageError } from './usageError.ts';

export const serveOptions = { port: { type: 'string' } } as const;

const others = ['port', 'from', 'encoding', 'header', 'no-cache'];
const taken = new Set([
  ...others,
  ...[tableOptions, textOptions, cellOptions].flatMap((options) => Object.keys(options)),
]);

/**
 * The port that `rowriver serve` is to use; 0 for any that is free.
 * @param given what stands on the command line @throws UsageError also for what cannot be served
 */
export function readPort(
  { file, query }: { readonly file: string; readonly query: string },
  given: Readonly<Record<string, unknown>>,
): number {
  const other = Object.keys(given).find((name) => !taken.has(name));
  if (other !== undefined) {
    throw new UsageError(
      `rowriver serve does not take --${other}: only --port, and options that say how FILE is read. A file of that name is ./serve.`,
    );
  }
  if (query !== '') {
    throw new UsageError(
      `There is no file '${query}'. rowriver serve takes no query: requests have one, /rows.csv?q=QUERY.`,
    );
  }
  if (file === '-') {
    throw new UsageError('rowriver serve reads FILE for each request: standard input can be read once only.');
  }
  const { port = '0' } = given;
  const number = Number(port);
  if (!/^\d+$/.test(String(port)) || number > 65_535)
    throw new UsageError('--port takes a number up to 65535.');
  return number;
}
