import { opendir } from 'node:fs/promises';
import { folded, segmentPattern, type PathTemplate } from './template.ts';

/** Names that are looked at: what is said of them is not worth waiting for longer. */
const mostNames = 100_000;

/** How many files a template may have named in another run: those in its folder that are none of this run's own. */
export async function filesLeft(template: PathTemplate, own: readonly string[]): Promise<number> {
  const paths = new Set(own.map(folded));
  const patterns = template.segments.map(segmentPattern);
  const folders = [{ path: template.folder, depth: 0 }];
  let [looked, left] = [0, 0];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const { path, depth } = next;
    const isLast = depth === patterns.length - 1;
    for await (const entry of await opendir(path)) {
      if (++looked > mostNames) return left;
      if (!patterns[depth].test(entry.name)) continue;
      const inner = `${path}/${entry.name}`;
      if (!isLast && entry.isDirectory()) folders.push({ path: inner, depth: depth + 1 });
      else if (isLast && entry.isFile() && !paths.has(folded(inner))) left++;
    }
  }
  return left;
}
