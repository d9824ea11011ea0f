import type { ExportProgress, ExportSummary } from '../../protocol/engine.ts';
import type { StageLine } from '../../protocol/stages.ts';

/**
 * How far a run is, or what it took once it has ended, in the text format of OpenMetrics 1.0 (prometheus.io/docs/specs),
 * as collectors read it from a file. Sizes are in bytes, times in seconds.
 * @param summary undefined while the run is under way, or where it has failed
 */
export function openMetrics(progress: ExportProgress, summary: ExportSummary | undefined): string {
  const out: string[] = [];
  const family = (
    name: string,
    type: 'counter' | 'gauge',
    help: string,
    samples: readonly Sample[],
  ): void => {
    if (samples.length === 0) return;
    out.push(`# TYPE ${name} ${type}`);
    // A unit is the ending of its family's name.
    const unit = /_(bytes|seconds)$/.exec(name)?.at(1);
    if (unit !== undefined) out.push(`# UNIT ${name} ${unit}`);
    out.push(`# HELP ${name} ${help}`);
    for (const [labels, value] of samples)
      out.push(`${name}${type === 'counter' ? '_total' : ''}${labels} ${value}`);
  };
  const counter = (name: string, help: string, value: number | undefined): void =>
    family(name, 'counter', help, value === undefined ? [] : [['', value]]);

  counter('rowriver_records_read', 'Records that were read.', progress.records);
  counter('rowriver_rows', 'Rows that the query has selected so far.', progress.matched);
  counter('rowriver_records_malformed', 'Records that are malformed or irregular.', summary?.malformed);
  counter('rowriver_scanned_bytes', 'Bytes of the file that are done.', progress.scanned);
  counter(
    'rowriver_written_bytes',
    'Bytes given to the output, before they are compressed.',
    summary?.written,
  );
  family(
    'rowriver_file_bytes',
    'gauge',
    'Size of the file, as often as it is scanned.',
    progress.total === undefined ? [] : [['', progress.total]],
  );
  family('rowriver_run_seconds', 'gauge', 'How long the run has taken.', [['', seconds(progress.elapsedMs)]]);
  family('rowriver_run_complete', 'gauge', '1 once the run has ended without an error.', [
    ['', summary ? 1 : 0],
  ]);

  const stages = summary?.stages?.lines ?? [];
  for (const { name, type = 'counter', help, of } of stageFamilies) {
    const samples = stages.flatMap((line, step): Sample[] => {
      const value = of(line);
      return value === undefined ? [] : [[`{step="${step}",stage="${escaped(line.name)}"}`, value]];
    });
    family(`rowriver_stage_${name}`, type, help, samples);
  }
  return [...out, '# EOF', ''].join('\n');
}

/** Labels in braces, or nothing, and a value. */
type Sample = readonly [labels: string, value: number];

interface StageFamily {
  readonly name: string;
  readonly type?: 'gauge';
  readonly help: string;
  readonly of: (line: StageLine) => number | undefined;
}

const stageFamilies: readonly StageFamily[] = [
  { name: 'rows_in', help: 'Rows that the stage took in.', of: ({ rowsIn }) => rowsIn },
  { name: 'rows_out', help: 'Rows that the stage passed on.', of: ({ rowsOut }) => rowsOut },
  {
    name: 'busy_seconds',
    help: 'Time in the stage, added up over all threads.',
    of: ({ ms }) => seconds(ms),
  },
  {
    name: 'waited_seconds',
    help: 'Time until the output had taken the bytes.',
    of: ({ waitedMs }) => (waitedMs === undefined ? undefined : seconds(waitedMs)),
  },
  { name: 'bytes', help: 'Bytes that the stage read or wrote.', of: ({ bytes }) => bytes },
  { name: 'spilled_bytes', help: 'Bytes written to temporary files.', of: ({ spilled }) => spilled },
];

function seconds(ms: number): number {
  return Math.max(0, ms) / 1000;
}

function escaped(label: string): string {
  return label.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}
