import { Kind } from '../../format/record.ts';
import { bufferOver } from '../fieldText.ts';
import type { Regex } from '../regex/regex.ts';
import type { AcceptsValue, ReadValue, Selector } from './selector.ts';

/** A text that is sought before the pattern is tried has to be rare to be worth it. */
const shortestNeedle = 2;

/**
 * Records whose text a regular expression matches (or does not), tried on the raw bytes. Where every match holds a
 * certain text, that is sought first, in the block's bytes from one hit to the next.
 */
export function selectMatching(
  field: number,
  regex: Regex,
  wanted: boolean,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const needle = Buffer.from(regex.required);
  const hasNeedle = regex.required.length >= shortestNeedle;
  return {
    cost: hasNeedle ? 8 : 60,
    select(block, selection, count) {
      const { kinds, starts, ends } = block.fields[field];
      const { bytes } = block;
      const buffer = bufferOver(bytes);
      let hit = hasNeedle ? -1 : never;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const kind = kinds[record];
        if (kind === Kind.Text) {
          const start = starts[record];
          const end = ends[record];
          if (hit < start && hasNeedle && hit !== never) {
            const next = buffer.indexOf(needle, start);
            hit = next === -1 ? never : next;
          }
          const possible = !hasNeedle || hit + needle.length <= end;
          selection[kept] = record;
          kept += (possible && regex.testBytes(bytes, start, end)) === wanted ? 1 : 0;
        } else if (kind > Kind.Null && accepts(readValue(block, record))) {
          selection[kept++] = record;
        }
      }
      return kept;
    },
  };
}

const never = Number.MAX_SAFE_INTEGER;
