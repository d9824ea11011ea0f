/*
 * The most memory that a started program held. Linux counts into a process's own figure (ru_maxrss) what its
 * parent had before the program took its place, so a large parent would be measured; what the kernel says of
 * the program alone is not that.
 */

const report = `
import { readFileSync } from 'node:fs';
process.on('exit', () => {
  let peak = process.resourceUsage().maxRSS;
  try {
    peak = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? peak;
  } catch {}
  process.stderr.write(\`\\npeak \${peak}\\n\`);
});`;

/** Variables of the environment that make a Node program say at its end what it held at most. */
export const reportsPeak = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}`,
};

/**
 * What it said, in KB.
 * @param {string} errors what it wrote to standard error
 */
export function peakIn(errors) {
  const peaks = Array.from(errors.matchAll(/^peak (\d+)$/gm), ([, peak]) => Number(peak));
  if (peaks.length === 0) throw new Error(`There is no peak in: ${errors}`);
  return Math.max(...peaks);
}
