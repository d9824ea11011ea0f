/** A step of a path with any number of `[*]` and `.*` in it: a name, a 0-based index, or null for all of them. */
export type PatternStep = string | number | null;

/**
 * The steps of a path with more than one `[*]` or `.*` in it; undefined for one that leads to a single list, which
 * needs no spool.
 */
export function patternSteps(path: string): PatternStep[] | undefined {
  const steps: PatternStep[] = [];
  const step = /^(?:\.?\$)?(?:\[\*\]|\.\*|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.[\]*]+))/;
  for (let rest = path.trim().replace(/^\$/, ''); rest !== '';) {
    const match = step.exec(rest);
    if (!match) return undefined;
    const [text, index, quoted, name] = match;
    if (index) steps.push(Number(index));
    else if (quoted) steps.push(JSON.parse(`"${quoted}"`) as string);
    else steps.push(name || null);
    rest = rest.slice(text.length);
  }
  return steps.filter((one) => one === null).length > 1 ? steps : undefined;
}
