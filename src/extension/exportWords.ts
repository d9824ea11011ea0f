import { basename } from 'node:path';
import { l10n, type Uri } from 'vscode';
import { prospectOf } from '../engine/run/prospects.ts';
import type { FileDoubt, JoinedReport } from '../protocol/comparison.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { FormatKind } from '../protocol/formatOptions.ts';
import { RemoteError } from '../protocol/rpc.ts';
import { wordsOf } from '../host/l10n.ts';

/** What the notification after an export says. */
export interface ExportedWords {
  readonly done: string;
  /** What became of malformed records; '' where there are none. */
  readonly left: string;
}

/** @param format of the file that was exported; undefined while it is not known */
export function exportedWords(
  target: Uri,
  { matched, malformed, otherTables = [], asText = [] }: ExportSummary,
  format: FormatKind | undefined,
): ExportedWords {
  const name = basename(target.path);
  const done = [
    matched === 1
      ? l10n.t('Exported 1 record to {0}.', name)
      : l10n.t('Exported {0} records to {1}.', count(matched), name),
    ...(asText.length > 0
      ? [l10n.t('Written as text, because the values have several types: {0}.', namesOf(asText))]
      : []),
    ...(otherTables.length > 0 ? [l10n.t('Other tables in the file were not exported.')] : []),
  ];
  return { done: done.join(' '), left: malformed === 0 ? '' : malformedWords(malformed, format) };
}

export function rejectedWords(target: Uri, { malformed }: ExportSummary): string {
  const name = basename(target.path);
  return malformed === 1
    ? l10n.t('Exported 1 malformed record to {0}.', name)
    : l10n.t('Exported {0} malformed records to {1}.', count(malformed), name);
}

/** @param existed whether there was a file of that name before */
export function failedWords(target: Uri, existed: boolean, failure: Error): string {
  const message = wordsOf(failure);
  return existed
    ? l10n.t('Export failed; {0} was not changed. {1}', target.fsPath, message)
    : l10n.t('Export failed; {0} was not written. {1}', target.fsPath, message);
}

/** Whether a failed export may succeed when it is tried again: with more room, or when a server answers. */
export function mayGoBetter(failure: Error): boolean {
  return !(failure instanceof RemoteError && prospectOf(failure.kind) === 'nothing');
}

/** Of what was read, whatever the query selects of it. Rows that are irregular are exported like any other. */
function malformedWords(malformed: number, format: FormatKind | undefined): string {
  if (format === 'csv') {
    return malformed === 1
      ? l10n.t('1 record that was read is irregular. If it matches, it was exported as it stands.')
      : l10n.t(
          '{0} records that were read are irregular. Those that match were exported as they stand.',
          count(malformed),
        );
  }
  return malformed === 1
    ? l10n.t('Skipped 1 malformed record.')
    : l10n.t('Skipped {0} malformed records.', count(malformed));
}

const mostNamed = 5;

function namesOf(columns: readonly string[]): string {
  const more = columns.length > mostNamed ? ', ...' : '';
  return columns.slice(0, mostNamed).join(', ') + more;
}

export function doubtWords(doubt: FileDoubt, file: string): string {
  return doubt === 'replaced'
    ? l10n.t(
        '{0} was replaced while it was being read. The result is that of the file that was there before.',
        file,
      )
    : l10n.t(
        '{0} was written to or touched while it was being read. Some parts were checked and have not changed, but others may have.',
        file,
      );
}

export function joinedMalformedWords({ name, malformed }: JoinedReport): string {
  return malformed === 1
    ? l10n.t('{0}, which is joined, has 1 malformed record.', name)
    : l10n.t('{0}, which is joined, has {1} malformed records.', name, count(malformed));
}

function count(value: number): string {
  return value.toLocaleString();
}
