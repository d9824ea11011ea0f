import type { Target } from '../../engine/sink/exportFormat.ts';
import { encodingName } from '../../engine/source/encoding/encoding.ts';
import { isAddress } from '../../engine/source/http/address.ts';
import { parseHeaders } from '../../engine/source/http/headers.ts';
import { SourceError, type HeaderFields } from '../../engine/source/source.ts';
import { exportFormats } from '../../protocol/engine.ts';
import { formatKinds, type FormatKind } from '../../protocol/formatOptions.ts';
import { UsageError } from './usageError.ts';

/** Values of options that several commands take. All throw UsageError. */

/** Those that are given go before those of the environment, which are lines of one text. */
export function readHeaders(
  given: readonly string[],
  file: string,
  environment: NodeJS.ProcessEnv,
): HeaderFields {
  if (!isAddress(file)) {
    if (given.length > 0) throw new UsageError('--header is only for http and https addresses.');
    return {};
  }
  try {
    const lines = environment.ROWRIVER_HEADERS?.split(/\r?\n/) ?? [];
    return { ...parseHeaders(lines), ...parseHeaders(given) };
  } catch (error) {
    throw error instanceof SourceError ? new UsageError(error.message) : error;
  }
}

export function readTarget(text: string): Target {
  const target = exportFormats.find((known) => known === text.toLowerCase());
  if (target === undefined) throw new UsageError(`--to takes ${listed(exportFormats)}, not ${quoted(text)}.`);
  return target;
}

export function readFormat(text: string): FormatKind {
  const format = formatKinds.find((known) => known === text.toLowerCase());
  if (format === undefined) throw new UsageError(`--from takes ${listed(formatKinds)}, not ${quoted(text)}.`);
  return format;
}

export function readEncoding(text: string): string {
  const encoding = encodingName(text);
  if (encoding === undefined) throw new UsageError(`--encoding: unknown encoding ${quoted(text)}.`);
  return encoding;
}

export function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

export function quoted(text: string): string {
  return `'${text}'`;
}
