import { basename } from 'node:path';
import { exportFormats } from '../../protocol/engine.ts';
import type { ToolAnswer } from '../../protocol/tools.ts';
import { exportTo } from '../run/export/export.ts';
import { openTarget } from '../sink/openTarget.ts';
import { endings, isWritable, namedTarget } from '../sink/targetName.ts';
import { visible } from '../visible.ts';
import { counted, sized } from '../words.ts';
import { answer } from './answer.ts';
import { checked, reportTo, withFile, type Call } from './call.ts';
import { newPath } from './confine.ts';
import { ToolError } from './toolError.ts';

/** Writes the rows of a query into a new file. */
export async function exportSubset(call: Call): Promise<ToolAnswer> {
  const { input, scope } = call;
  if (!scope.mayWrite) throw new ToolError('The user has not agreed to writing a file. Ask first.');
  const target = await newPath(input.text('target'), scope);
  return withFile(call, async ({ file }, path) => {
    const { dataset } = file;
    const query = input.text('query');
    await checked(query, dataset, call);
    const format = exportFormats.find((known) => known === input.textIfAny('format'));
    if (format === undefined && !isWritable(path, target)) {
      throw new ToolError(
        `The extension of target does not set a format. Use one of ${endings.join(' ')}, or set format.`,
      );
    }
    const { kind, dialect } = dataset.format;
    const to = format ?? namedTarget({ name: path, kind, delimiter: dialect?.delimiter }, target);
    const report = reportTo(call);
    const sink = await openTarget(target, { sources: dataset.location.paths, exclusive: true });
    const summary = await file.whileScanning(() =>
      exportTo(
        dataset,
        { query, to, sink },
        { signal: call.signal, progress: ({ scanned, total }) => report(scanned, total) },
      ),
    );
    const { matched, written, records, malformed, elapsedMs } = summary;
    const head = `${counted(matched, 'row')} of ${visible(basename(path))} written to ${visible(target)}, ${sized(written)} before compression. ${counted(records, 'record')} read, ${malformed} malformed.`;
    return answer([head], [], {
      file: path,
      target,
      rows: matched,
      bytes: written,
      records_read: records,
      malformed,
      seconds: Math.round(elapsedMs) / 1000,
    });
  });
}
