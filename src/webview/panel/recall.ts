/** Going through the queries that were run before, from what is in the box and back to it. */

export interface Recall {
  /** An older (1) or newer (-1) query; undefined where there is none. */
  step(step: 1 | -1, text: string, history: readonly string[]): string | undefined;
}

export function createRecall(): Recall {
  /** What was in the box before, and its place in the history; -1 where it was not run. */
  let draft = '';
  let first = -1;
  let at = -1;
  /** What was offered last, of which history. */
  let offered: string | undefined;
  let of: readonly string[] | undefined;

  return {
    step(step, text, history) {
      // What was typed, run or taken away since is what the arrows begin with now.
      if (text !== offered || history !== of) {
        draft = text;
        first = at = history.indexOf(text.trim());
        of = history;
      }
      const next = at + step;
      if (next < first || next >= history.length) return undefined;
      at = next;
      offered = at === first ? draft : history.at(at);
      return offered;
    },
  };
}
