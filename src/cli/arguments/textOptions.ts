import { textOptions as described, type FormatOptions } from '../../protocol/formatOptions.ts';

/** What the command line says of a file in its own words. */
export type TextOptions = Pick<FormatOptions, keyof typeof described>;

const names = Object.keys(described);

/** As `parseArgs` wants them. */
export const textOptions = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));

/** @param values those of the command line, by name */
export function readTextOptions(values: Readonly<Record<string, unknown>>): TextOptions {
  return Object.fromEntries(
    names.flatMap((name) => (typeof values[name] === 'string' ? [[name, values[name]]] : [])),
  );
}
