import { said } from '../../../said/said.ts';
import { isReadable } from '../../fault.ts';
import type { FormatDriver } from '../driver.ts';
import type { InnerNatures } from '../layout.ts';
import { markLength } from '../lines.ts';
import { JsonFields, type FieldPath } from './fields.ts';
import { createPlainJsonlScanner } from './lines.ts';
import { jsonClaim } from './recognise.ts';
import { createKernelJsonlScanner } from './scanner.ts';
import { unescapedJson } from './text.ts';

export interface JsonlSpec extends InnerNatures {
  readonly kind: 'jsonl';
}

/** JSON Lines: a JSON value a line. */
export const jsonLines: FormatDriver<JsonlSpec> = {
  kind: 'jsonl',
  options: [],
  recognise: (head) => jsonClaim('jsonl', head),
  async open({ source, sample, length, final }) {
    const head = sample.subarray(0, length);
    const written = pathsIn(head, final);
    // Where there are no rows, the schema alone tells of columns.
    const paths = written.length === 0 && length === 0 ? ((await source.columns?.()) ?? []) : written;
    const times = (await source.times?.()) ?? [];
    return {
      format: { kind: 'jsonl', ...(times.length > 0 && { times }) },
      dataStart: markLength(head, 0, 0),
      firstLine: 0,
      description: said`JSON Lines`,
      paths,
    };
  },
  of: ({ times, cells, areMixed }) => ({
    kind: 'jsonl',
    scanner: () => createKernelJsonlScanner(),
    layout: { names: 'paths', times, cells, areMixed },
    unescaped: unescapedJson,
    numbersInText: cells !== undefined && areMixed !== true,
    records: 'lines',
    lineEnd: 'lf',
    reach: 0,
    readBy: 'jsonl',
    described: () => ({}),
  }),
};

/** What the whole records of the head hold. */
function pathsIn(head: Uint8Array, final: boolean): readonly FieldPath[] {
  const scanner = createPlainJsonlScanner();
  scanner.reserve(head.length).set(head);
  const { length } = head;
  const until = final ? length : head.lastIndexOf(0x0a) + 1;
  const block = scanner.scan({ length, offset: 0, from: 0, until, final, fields: [] });
  const fields = new JsonFields();
  for (let record = 0; record < block.count; record++) {
    if (!isReadable(block.faults[record])) continue;
    fields.read(block.bytes, block.starts[record], block.ends[record]);
  }
  return fields.paths();
}
