import { join, resolve } from 'node:path';
import { keptDays } from '../engine/leftovers.ts';
import type { JournalOptions } from '../engine/run/export/journal.ts';
import type { ExportRecipe, OutputName } from '../engine/run/export/kept.ts';
import type { Target } from '../engine/sink/exportFormat.ts';
import { isTemplate } from '../engine/sink/split/template.ts';
import { isAddress } from '../engine/source/http/address.ts';
import { addressParts } from '../engine/source/location.ts';
import { cacheFolder } from '../host/cacheFolder.ts';
import { isPath, type RunCommand } from './arguments/arguments.ts';
import { version } from './version.ts';

/** Where it is noted which exports can be resumed. */
export function exportsFolder(): string {
  return join(cacheFolder(process.platform, process.env), 'exports');
}

/** How an export is kept; undefined where its file could not be opened again by what may be written down. */
export function journalFor(
  command: RunCommand,
  to: Target,
  say: (text: string) => void,
): JournalOptions | undefined {
  const { file, output, rejects, schema, texts, cells, table, from: format, encoding, kept } = command;
  const location = locationOf(file);
  if (output === undefined || location === undefined || command.also.length > 0 || isTemplate(output))
    return undefined;
  const recipe: ExportRecipe = {
    location,
    reading: { format, ...texts, ...cells, ...table, encoding },
    schema: schema && resolve(schema.schema),
    failOnInvalid: schema?.failOnInvalid,
    to,
  };
  const { report, invalid } = schema ?? {};
  return {
    recipe,
    targets: absolute({ output, rejects, report, invalid }),
    folder: exportsFolder(),
    version,
    kept,
    onKept: () =>
      say(`What was written is kept for ${keptDays} days. To go on, run rowriver resume ${argument(output)}`),
  };
}

function absolute(paths: Partial<Record<OutputName, string | undefined>>): JournalOptions['targets'] {
  const entries = Object.entries(paths).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, resolve(path)]],
  );
  return Object.fromEntries(entries) as JournalOptions['targets'];
}

function locationOf(file: string): string | undefined {
  if (isPath(file)) return resolve(file);
  return isAddress(file) && !addressParts(file).secret ? file : undefined;
}

/** A path as a shell takes it. */
function argument(path: string): string {
  return /^[\w./+:@%=-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
