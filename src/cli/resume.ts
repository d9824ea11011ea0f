import { relative } from 'node:path';
import {
  findKept,
  listKept,
  removeKept,
  removeWritten,
  type KeptExport,
  type OutputName,
} from '../engine/run/export/kept.ts';
import { english } from '../said/said.ts';
import type { RunCommand } from './arguments/arguments.ts';
import { readHeaders } from './arguments/readOptions.ts';
import { version } from './version.ts';
import { exportsFolder } from './journalOptions.ts';
import { grouped, visible } from './message.ts';
import type { ResumeCommand } from './arguments/resumeArguments.ts';
import { run } from './run.ts';
import type { Terminal } from './terminal.ts';

/**
 * Goes on with an export that has ended early, or lists those.
 * @returns and @throws as `run`; SinkError where there is nothing to resume
 */
export async function resume(command: ResumeCommand, terminal: Terminal): Promise<boolean> {
  if (command.output === undefined) {
    await list(terminal);
    return false;
  }
  const kept = await findKept(command.output, version);
  const { restart, reached } = kept.entry;
  if (command.discard) {
    await removeKept(kept);
    terminal.say(`What was written to ${visible(command.output)} was removed.`);
    return false;
  }
  const query = kept.entry.query.trim();
  terminal.say(query === '' ? 'It has no query: it takes all records.' : `Its query: ${visible(query)}`);
  if (restart !== undefined) {
    await removeWritten(kept);
    terminal.say(`The export starts again from the beginning: ${english(restart)}`);
  } else if (reached) {
    terminal.say(`Resuming: ${grouped(reached.meter.records)} records were read before`);
  }
  const headers = readHeaders(command.headers, kept.entry.recipe.location, process.env);
  return run(commandOf(kept, command.output, headers), terminal);
}

function commandOf(kept: KeptExport, output: string, headers: RunCommand['headers']): RunCommand {
  const { recipe, query, outputs, restart } = kept.entry;
  const { location, reading, schema, failOnInvalid = false, to } = recipe;
  const pathOf = (name: OutputName): string | undefined => outputs.find((one) => one.name === name)?.target;
  return {
    file: location,
    more: [],
    query,
    output,
    also: [],
    split: { limits: {}, overwrite: false },
    to,
    rejects: pathOf('rejects'),
    schema:
      schema === undefined
        ? undefined
        : { schema, report: pathOf('report'), invalid: pathOf('invalid'), failOnInvalid },
    from: reading.format,
    encoding: reading.encoding,
    table: reading,
    texts: {},
    cells: {},
    headers,
    kept: restart === undefined ? kept : undefined,
    cache: true,
    follow: undefined,
    ...{ service: undefined, count: false, inferSchema: false, reading: false, profile: undefined },
    ...{ stages: undefined, metrics: undefined },
  };
}

async function list({ say, output }: Terminal): Promise<void> {
  const all = await listKept(exportsFolder(), version);
  if (all.length === 0) {
    say('There is nothing to resume.');
    return;
  }
  const lines = all.map(({ entry, at }) => {
    const { recipe, reached, outputs } = entry;
    const done = reached
      ? `${grouped(reached.meter.records)} records read, ${grouped(outputs[0].state?.written ?? 0)} bytes written`
      : 'starts again from the beginning';
    const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
    return visible(`${shown(outputs[0].target)}: from ${shown(recipe.location)}, ${done}, ended ${when} UTC`);
  });
  await output.write(new TextEncoder().encode(`${lines.join('\n')}\n`));
}

function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near !== '' && !near.startsWith('..') ? near : path;
}
