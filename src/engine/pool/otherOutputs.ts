import { said } from '../../said/said.ts';
import type { FieldRequest, RecordBlock } from '../format/record.ts';
import { SinkError } from '../sink/sinkError.ts';
import { createCollector, type CollectedPlace, type Collector } from './collector.ts';
import { fieldsOf, planFor } from './columns.ts';
import type { Matcher } from './matcher.ts';
import type { AlsoResult, FileSpec, Output } from './task.ts';

/** Another output of a scan, and what selects its records. */
export interface AlsoScan {
  readonly matcher: Matcher;
  readonly output: Output;
}

interface Other {
  readonly matcher: Matcher;
  readonly collector: Collector;
  readonly fields: readonly FieldRequest[];
  /** Where its fields are among those that the scan finds. */
  first: number;
  matched: number;
}

/** What a scan makes of its records besides its own output. */
export class OtherOutputs {
  readonly areLocated: boolean;
  readonly #all: readonly Other[];

  constructor(also: readonly AlsoScan[], spec: FileSpec) {
    this.areLocated = also.some(
      ({ matcher: { plan }, output }) =>
        output.kind === 'stages' || plan.offset !== undefined || plan.needsPlaces,
    );
    this.#all = also.map(({ matcher, output }) => {
      const collector = createCollector(output, spec, planFor(matcher.plan, output), matcher, undefined);
      const fields = [...fieldsOf(matcher.plan, output), ...(collector.fieldsBehind ?? [])];
      return { matcher, collector, fields, first: 0, matched: 0 };
    });
  }

  /** The fields of all outputs. */
  fieldsBehind(own: readonly FieldRequest[]): readonly FieldRequest[] {
    const fields = [...own];
    for (const other of this.#all) {
      other.first = fields.length;
      fields.push(...other.fields);
    }
    return fields;
  }

  take(block: RecordBlock, place: CollectedPlace): void {
    for (const other of this.#all) {
      const { matcher, collector, fields, first } = other;
      const own = block.with({ fields: block.fields.slice(first, first + fields.length) });
      const count = matcher.select(own, place.record, place.line);
      other.matched += count;
      collector.take(own, matcher.selection, count, place);
    }
  }

  /** @throws SinkError where the rows of an output take more memory than a stretch of a file may */
  finish(): AlsoResult[] {
    return this.#all.map(({ collector, matched }) => {
      const { bytes, lines, unfinished } = collector.finish();
      if (unfinished !== undefined) {
        const message = said`A query of --also makes its rows much longer than the records are. Export these rows by themselves.`;
        throw new SinkError('failed', message);
      }
      return { matched, bytes, lines };
    });
  }
}
