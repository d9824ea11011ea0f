import { Kind, type Needle } from '../../format/record.ts';
import { areFew, dropNulls, placesOf, type RawTells } from '../hits.ts';
import type { Regex } from '../../regex/regex.ts';
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
  tells: RawTells,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const needle: Needle = { bytes: Buffer.from(regex.required), foldCase: false };
  const hasNeedle = regex.required.length >= shortestNeedle;
  return {
    cost: hasNeedle ? 8 : 60,
    select(block, selection, count) {
      const { bytes } = block;
      const { kinds, starts, ends } = block.fields[field];
      count = dropNulls(kinds, selection, count);
      if (count === 0) return 0;
      const seeks = hasNeedle && !areFew(count, block);
      const places = seeks ? placesOf(block, needle, selection[0], selection[count - 1]) : undefined;
      let next = 0;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const kind = kinds[record];
        if (kind === Kind.Text || kind === Kind.EscapedText) {
          const start = starts[record];
          const end = ends[record];
          if (places) while (places[next] < start) next++;
          const possible = !places || places[next] + needle.bytes.length <= end;
          if (kind === Kind.Text || (!possible && tells(bytes, start, end))) {
            selection[kept] = record;
            kept += (possible && regex.testBytes(bytes, start, end)) === wanted ? 1 : 0;
            continue;
          }
        }
        if (accepts(readValue(block, record))) selection[kept++] = record;
      }
      return kept;
    },
  };
}
