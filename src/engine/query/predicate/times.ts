import { Kind } from '../../format/record.ts';
import type { ComparisonOperator } from '../syntax/tree.ts';
import type { Timestamp } from '../value/time.ts';
import { DayCache, readMs } from '../value/timeBytes.ts';
import { markTime } from './orders.ts';
import type { AcceptsValue, ReadValue, Selector } from './selector.ts';

/**
 * Records whose text is a time before or after another. Texts that `readMs` can read are read from their bytes; whatever else they hold, and what falls into the same millisecond, is left
 * to the value.
 * @param isIso whether texts are read as times in no other way
 */
export function selectTime(
  field: number,
  operator: ComparisonOperator,
  time: Timestamp,
  readValue: ReadValue,
  accepts: AcceptsValue,
  isIso: boolean,
): Selector {
  const takesLess = operator === '<' || operator === '<=' || operator === '<>';
  const takesGreater = operator === '>' || operator === '>=' || operator === '<>';
  const days = new DayCache();
  return {
    cost: 10,
    mark: isIso ? markTime(field, operator, time) : undefined,
    select(block, selection, count) {
      const { kinds, starts, ends } = block.fields[field];
      const { bytes } = block;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const kind = kinds[record];
        const ms = kind === Kind.Text ? readMs(bytes, starts[record], ends[record], days) : NaN;
        if (ms < time.ms) {
          selection[kept] = record;
          kept += takesLess ? 1 : 0;
        } else if (ms > time.ms) {
          selection[kept] = record;
          kept += takesGreater ? 1 : 0;
        } else if (kind > Kind.Null && accepts(readValue(block, record))) {
          selection[kept++] = record;
        }
      }
      return kept;
    },
  };
}
