import type { CodedValues } from '../../format/fieldColumn.ts';
import { RecordBlock } from '../../format/record.ts';
import type { Origin, Selector } from './selector.ts';

/**
 * A condition on one field alone, asked of each different value once where the field's column is kept as such. What it says
 * of a value must depend on nothing else.
 */
export function overValues(field: number, selector: Selector): Selector {
  let taken = new Uint8Array(0);
  let values = new Uint32Array(0);

  /** How many of the different values it takes; `taken` says which. */
  function take(coded: CodedValues, origin: Origin): number {
    if (taken.length < coded.count) {
      taken = new Uint8Array(2 * coded.count);
      values = new Uint32Array(2 * coded.count);
    }
    for (let code = 0; code < coded.count; code++) values[code] = code;
    const found = selector.select(blockOf(coded, field), values, coded.count, origin);
    taken.fill(0, 0, coded.count);
    for (let i = 0; i < found; i++) taken[values[i]] = 1;
    return found;
  }

  return {
    cost: selector.cost,
    mark(block) {
      const { coded } = block.fields[field];
      if (coded === undefined) return selector.mark?.(block);
      const found = take(coded, noOrigin);
      if (found === 0 || found === coded.count) return found > 0;
      return coded.mark(taken.subarray(0, coded.count));
    },
    select(block, selection, count, origin) {
      const { coded } = block.fields[field];
      if (coded === undefined) return selector.select(block, selection, count, origin);
      const found = take(coded, origin);
      if (found === 0) return 0;
      if (found === coded.count) return count;
      const { codes } = coded;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        selection[kept] = record;
        kept += taken[codes[record]];
      }
      return kept;
    },
  };
}

/** What it says of a value depends on no place. */
const noOrigin: Origin = { record: 0, line: 0 };

/** The different values as a block, a record each. */
function blockOf({ values, bytes, count }: CodedValues, field: number): RecordBlock {
  const fields = new Array<typeof values>(field + 1).fill(values);
  return RecordBlock.owned({
    bytes,
    offset: 0,
    count,
    starts: values.starts,
    ends: values.ends,
    lines: new Uint32Array(0),
    faults: new Uint8Array(count),
    faultAt: new Uint32Array(0),
    faulty: 0,
    lineCount: 0,
    next: 0,
    incomplete: false,
    fields,
  });
}
