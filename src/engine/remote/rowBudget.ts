import type { RowLimits } from '../../protocol/remote.ts';

const lineEnd = 0x0a;

/** How many rows may still be kept, and how many bytes of them. */
export class RowBudget {
  readonly limits: RowLimits;
  rows = 0;
  bytes = 0;

  constructor(limits: RowLimits) {
    this.limits = limits;
  }

  /** Of whole lines, the first ones that there is room for, which count as kept. */
  take(lines: Uint8Array): Uint8Array {
    let end = 0;
    for (;;) {
      const next = lines.indexOf(lineEnd, end) + 1;
      if (next === 0 || this.rows === this.limits.rows || this.bytes + next > this.limits.bytes) break;
      this.rows++;
      end = next;
    }
    this.bytes += end;
    return lines.subarray(0, end);
  }
}
