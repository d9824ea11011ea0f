import { visible } from '../engine/visible.ts';

export { counted, grouped, sized } from '../engine/words.ts';
export { visible };

/** Where in a query something is wrong, in UTF-16 units, and what. */
export interface QueryProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** The problem, then the line of the query in which it is, with carets under it. */
export function showProblem(query: string, { from, to, message }: QueryProblem): string {
  const lineStart = query.lastIndexOf('\n', from - 1) + 1;
  const nextLine = query.indexOf('\n', from);
  const line = query.slice(lineStart, nextLine === -1 ? query.length : nextLine);
  const start = from - lineStart;
  const end = Math.min(line.length, Math.max(to - lineStart, start + 1));
  const cutFrom = start > before + 1 ? start - before : 0;
  const cutTo =
    line.length > end + after + 1 ? Math.min(line.length, Math.max(end, start + 1) + after) : line.length;
  const head = (cutFrom > 0 ? '…' : '') + visible(line.slice(cutFrom, start));
  const tail = visible(line.slice(end, cutTo)) + (cutTo < line.length ? '…' : '');
  const shown = shorten(visible(line.slice(start, end)));
  const carets = '^'.repeat(Math.max(1, columns(shown)));
  return `${visible(message)}\n  ${head}${shown}${tail}\n  ${' '.repeat(columns(head))}${carets}`;
}

/** Most characters of a query's line that are shown before, in and after the place. */
const before = 60;
const within = 60;
const after = 30;

function shorten(text: string): string {
  return text.length > within ? `${text.slice(0, within)}…` : text;
}

/** Columns of a terminal that a text takes: marks take none, East Asian letters and emoji two. */
export function columns(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    width +=
      /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303e\uff01-\uff60\p{Emoji_Presentation}]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** Seconds as a clock shows them: `0:07`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  if (hours > 0) parts.unshift(hours);
  return parts.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
