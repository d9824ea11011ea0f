import type { ToolProgress } from '../protocol/tools.ts';

/** Passes on progress that is further than what was told before: the protocol wants it to rise each time. */
export function rising(tell: (value: ToolProgress) => void): (value: ToolProgress) => void {
  let told = -1;
  return (value) => {
    if (value.share <= told) return;
    told = value.share;
    tell(value);
  };
}
