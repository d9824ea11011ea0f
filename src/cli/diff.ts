import type { Dataset } from '../engine/dataset/dataset.ts';
import { QuerySyntaxError } from '../engine/dataset/plan.ts';
import { diffFiles } from '../engine/diff/diff.ts';
import { diffDoubts, keyDoubts } from '../engine/diff/diffDoubts.ts';
import { DiffFile } from '../engine/diff/diffFile.ts';
import { DiffKeyError, likelyKeys } from '../engine/diff/keys.ts';
import { parseQuery } from '../engine/query/index.ts';
import { exportTo } from '../engine/run/export/export.ts';
import { openTarget } from '../engine/sink/openTarget.ts';
import { endings, endingOf, isWritable, namedTarget } from '../engine/sink/targetName.ts';
import type { DiffSummary } from '../protocol/comparison.ts';
import { english } from '../said/said.ts';
import type { DiffCommand } from './arguments/diffArguments.ts';
import { keptIndexes, openInput, scanPool } from './input.ts';
import { counted, grouped, showProblem, visible } from './message.ts';
import type { Progress } from './progress.ts';
import { fileDoubts } from './run.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './arguments/usageError.ts';

/** As `diff` and `cmp` have them. */
const exit = { same: 0, different: 1, trouble: 2 } as const;

/** What the result is, for names of outputs. */
const resultSource = { name: 'diff.jsonl', kind: 'jsonl' } as const;

/**
 * Compares two files, and answers the exit code.
 * @throws UsageError, QuerySyntaxError, SourceError, SinkError, the signal's reason
 */
export async function diff(command: DiffCommand, terminal: Terminal): Promise<number> {
  const { output, files, keys } = command;
  if (output !== undefined && command.to === undefined && !isWritable(resultSource.name, output)) {
    throw new UsageError(
      `--output: '${endingOf(output)}' is not a format that can be written. Use one of ${endings.join(' ')}.`,
    );
  }
  const pool = scanPool();
  const { signal } = terminal;
  const opened: Dataset[] = [];
  try {
    const { from: format, texts, cells, table, encoding, headers } = command;
    const reading = { format, ...texts, ...cells, ...table, pool, signal, store: keptIndexes(command) };
    for (const file of files) {
      const dataset = await openInput({ file, more: [], encoding, headers }, reading);
      opened.push(dataset);
      for (const { path, reason } of dataset.unread)
        terminal.say(visible(`Left out ${path}: ${english(reason)}`));
    }
    const [before, after] = opened;
    if (keys.length === 0) throw new UsageError(noKey(before, after));
    for (const dataset of opened) {
      const doubts = keys.flatMap((key) => keyDoubts(key, dataset));
      for (const { message } of doubts) terminal.say(visible(`${dataset.name}: ${message}`));
    }
    const parsed = parseQuery(command.query);
    if (!parsed.ok) throw new QuerySyntaxError(parsed.diagnostics, command.query);
    for (const doubt of diffDoubts(parsed.query, [before, after], keys))
      terminal.say(showProblem(command.query, doubt));
    const context = { signal, progress: (state: Progress) => terminal.progress.show(state) };
    const summary = command.count
      ? await diffFiles(before, after, { keys }, context)
      : await writeRows(before, after, command, terminal);
    terminal.progress.erase();
    if (command.count) {
      await terminal.output.write(new TextEncoder().encode(`${JSON.stringify(sumsOf(summary))}\n`));
    }
    for (const [side, dataset] of opened.entries()) {
      const doubt = summary.doubts[side];
      if (doubt) terminal.say(visible(`${dataset.name} ${fileDoubts[doubt]}`));
      for (const text of leftOutTexts(summary, side)) terminal.say(visible(`${dataset.name}: ${text}`));
    }
    terminal.say(summaryText(summary));
    if (isTrouble(summary) || opened.some(({ unread }) => unread.length > 0)) return exit.trouble;
    return summary.added + summary.removed + summary.changed > 0 ? exit.different : exit.same;
  } catch (error) {
    if (error instanceof DiffKeyError) throw new UsageError(error.message);
    throw error;
  } finally {
    terminal.progress.erase();
    for (const dataset of opened) await dataset.close();
    await pool.close();
  }
}

/** Writes the rows that a query selects of those that differ. */
async function writeRows(
  before: Dataset,
  after: Dataset,
  { keys, query, output, to }: DiffCommand,
  { signal, progress, output: standard }: Terminal,
): Promise<DiffSummary> {
  const sink =
    output === undefined
      ? standard
      : await openTarget(output, { sources: [...before.location.paths, ...after.location.paths] });
  try {
    const context = { signal, progress: (state: Progress) => progress.show(state) };
    const found = await DiffFile.write(before, after, { keys }, context);
    try {
      progress.erase();
      const rows = await found.open({ signal });
      try {
        const named = output === undefined ? 'same' : namedTarget(resultSource, output);
        await exportTo(rows, { query, to: to ?? named, sink }, { signal, progress: () => undefined });
      } finally {
        await rows.close();
      }
    } finally {
      await found.remove();
    }
    return found.summary;
  } finally {
    await sink.discard();
  }
}

function noKey(before: Dataset, after: Dataset): string {
  const likely = likelyKeys(before, after).slice(0, 3);
  const example = `--key ${likely[0] ?? 'id'}`;
  const others = likely.length > 1 ? ` Both files have ${likely.join(', ')}.` : '';
  return visible(
    `Give the field that tells records apart, as in ${example}, or several: --key day --key host.${others}`,
  );
}

/** Whether there are records that could not be compared. */
function isTrouble({ duplicates, leftOut }: DiffSummary): boolean {
  return duplicates > 0 || leftOut.some(({ unreadable, keyless }) => unreadable + keyless > 0);
}

function sumsOf({ added, removed, changed, same, duplicates, records, leftOut }: DiffSummary): object {
  const [before, after] = leftOut;
  return {
    ...{ added, removed, changed, same, duplicates },
    records: { old: records[0], new: records[1] },
    withoutKey: { old: before.keyless, new: after.keyless },
    malformed: { old: before.unreadable, new: after.unreadable },
  };
}

/** `3 added, 1 removed, 2 changed, 994 the same` */
function summaryText({ added, removed, changed, same, duplicates }: DiffSummary): string {
  const several =
    duplicates > 0
      ? `; ${duplicates === 1 ? '1 key has' : `${grouped(duplicates)} keys have`} several records, which are not compared`
      : '';
  return `${grouped(added)} added, ${grouped(removed)} removed, ${grouped(changed)} changed, ${grouped(same)} the same${several}`;
}

function leftOutTexts({ leftOut }: DiffSummary, side: number): string[] {
  const { keyless, firstKeyless = 0, unreadable, firstUnreadable = 0 } = leftOut[side];
  const first = (count: number, record: number): string =>
    count === 1 ? `record ${grouped(record)}` : `the first is record ${grouped(record)}`;
  return [
    ...(keyless > 0 ? [`${counted(keyless, 'record')} without a key (${first(keyless, firstKeyless)})`] : []),
    ...(unreadable > 0
      ? [`${counted(unreadable, 'record')} that cannot be read (${first(unreadable, firstUnreadable)})`]
      : []),
  ];
}
