import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { CallError } from '../engine/callError.ts';
import { QuerySyntaxError } from '../engine/dataset/plan.ts';
import { ProcessEnding } from '../engine/processEnding.ts';
import { RemoteError } from '../engine/remote/remoteError.ts';
import { SchemaError } from '../engine/schema/schemaError.ts';
import { SinkError } from '../engine/sink/sinkError.ts';
import { TemporaryError } from '../engine/temporaryFolder.ts';
import { asMemoryLimit } from '../engine/stage/memoryLimit.ts';
import { SourceError } from '../engine/source/source.ts';
import { readArguments, UsageError, type Command } from './arguments/arguments.ts';
import { cacheBytes, cacheFolder } from '../host/cacheFolder.ts';
import type * as mcp from '../mcp/main.ts';
import type { McpCommand } from './arguments/mcpArguments.ts';
import { showProblem, visible } from './message.ts';
import { createProgressLine, noProgress } from './progress.ts';
import { run } from './run.ts';
import { createStdoutSink } from './stdout.ts';
import { version } from './version.ts';

const exit = { done: 0, failed: 1, usage: 2 } as const;
/** A shell reports a process that a signal has ended as 128 and the signal's number. */
const signalExit = 128;

const interrupted = new AbortController();
/** Aborted instead where a command is running whose usual end it is to be interrupted. */
const ending = new AbortController();
/** How long such a command has to come to its end, in milliseconds: its reader may have stopped. */
const endingMs = 2000;
let isEndless = false;
let interruption: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Asked a second time, nothing is worth waiting for.
    if (interruption !== undefined) process.exit(signalExit + constants.signals[signal]);
    interruption = signal;
    if (isEndless) {
      ending.abort();
      setTimeout(() => process.exit(signalExit + constants.signals[signal]), endingMs).unref();
      return;
    }
    // Whoever presses Ctrl+C gives the work up. Whoever ends the session or the machine does not.
    interrupted.abort(signal === 'SIGINT' ? undefined : new ProcessEnding());
  });
}
process.on('uncaughtException', (error) => {
  say(failureText(error));
  process.exit(exit.failed);
});
// Without this, a reader of messages that goes away would be a failure of its own.
process.stderr.on('error', () => undefined);

function say(text: string): void {
  process.stderr.write(`rowriver: ${text}\n`);
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Does what the command line asks for, and answers the exit code. */
export async function main(): Promise<number> {
  let command: Command;
  try {
    command = readArguments(process.argv.slice(2), process.env, existsSync);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`${visible(error.message)}\nTry: rowriver --help`);
    return exit.usage;
  }
  const { signal } = interrupted;
  const output = createStdoutSink(process.stdout, signal);
  const last: string[] = [];
  try {
    if (command.kind === 'mcp') return await serveMcp(command, signal);
    if (command.kind === 'new-stage') {
      const { writeNewStage } = await import('./newStage.ts');
      say(await writeNewStage(command));
      return exit.done;
    }
    if (command.kind === 'serve') {
      const { serve } = await import('./serve.ts');
      await serve(command, { output, say, signal }, (error) => say(failureText(error)));
      return exit.done;
    }
    if (command.kind !== 'run' && command.kind !== 'resume' && command.kind !== 'diff') {
      const { helpText, versionText } = await import('./help.ts');
      await output.write(new TextEncoder().encode(command.kind === 'help' ? helpText : versionText));
      return exit.done;
    }
    // A line that is written anew would be torn apart by results that go to the same terminal.
    const isApart = !process.stdout.isTTY || command.output !== undefined;
    const own = process.stderr.isTTY && (isApart || ('count' in command && command.count));
    const progress = own ? createProgressLine(process.stderr) : noProgress;
    const { isTTY, columns } = process.stdout;
    const table = { width: isTTY ? columns || 80 : Infinity, plots: isTTY };
    const sayLast = (text: string): void => void last.push(text);
    const terminal = { sayLast, output, say, report, progress, table, signal, ending: ending.signal };
    if (command.kind === 'diff') {
      const { diff } = await import('./diff.ts');
      return await diff(command, terminal);
    }
    isEndless = command.kind === 'run' && command.follow !== undefined;
    const isSpoiled = await (command.kind === 'run'
      ? run(command, terminal)
      : (await import('./resume.ts')).resume(command, terminal));
    // Another run than an endless one has not come this far where it was interrupted before all was done.
    if (isEndless && interruption !== undefined) return signalExit + constants.signals[interruption];
    return isSpoiled ? exit.failed : exit.done;
  } catch (error) {
    if (interruption !== undefined) {
      say('Interrupted.');
      for (const text of last) say(text);
      process.exit(signalExit + constants.signals[interruption]);
    }
    if (error instanceof SinkError && error.failure === 'closed') return exit.done;
    if (error instanceof QuerySyntaxError && 'query' in command) {
      for (const diagnostic of error.diagnostics) say(showProblem(error.query ?? command.query, diagnostic));
      return exit.usage;
    }
    if (error instanceof UsageError) {
      say(visible(error.message));
      return exit.usage;
    }
    say(failureText(error));
    for (const text of last) say(text);
    return command.kind === 'diff' ? exit.usage : exit.failed;
  }
}

/** Loads the server, which no other command needs, and answers the exit code. */
async function serveMcp(command: McpCommand, signal: AbortSignal): Promise<number> {
  const { serve } = (await import(new URL('mcp.js', import.meta.url).href)) as typeof mcp;
  const cache = cacheFolder(process.platform, process.env);
  const fault = await serve(
    { ...command, version, cacheFolder: cache, cacheBytes, log: () => undefined },
    signal,
  );
  if (fault === undefined) return exit.done;
  say(visible(fault));
  return exit.usage;
}

/** A failure as a sentence. What nobody foresaw is said to be a bug; where it is, only on demand. */
function failureText(error: unknown): string {
  const memory = asMemoryLimit(error);
  if (memory) return visible(memory.message);
  const foreseen =
    error instanceof SourceError ||
    error instanceof SinkError ||
    error instanceof SchemaError ||
    error instanceof CallError ||
    error instanceof RemoteError ||
    error instanceof TemporaryError;
  if (foreseen) return visible(error.message);
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (process.env.ROWRIVER_DEBUG) return stack ?? message;
  return `${visible(message)}\nThis is a bug in Rowriver. Please report it with what it prints if ROWRIVER_DEBUG=1 is set.`;
}
