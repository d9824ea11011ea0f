/** Paths as a query writes them: `user.tags[1]`, `"odd name".x`; list places count from 1. */

const plain = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Words that a query would take for its own. */
const reserved = new Set(
  (
    'all and array as asc between by case cast desc distinct else end escape except exists extend false filter from group having ' +
    'ilike in intersect is join like limit not null nulls offset on or order select set similar some then true union unnest ' +
    'using values when where with aggregate drop rename'
  ).split(' '),
);

export type Step = string | number;

export function writePath(steps: readonly Step[]): string {
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step + 1}]`;
    else path += `${path ? '.' : ''}${writeName(step)}`;
  }
  return path;
}

function writeName(name: string): string {
  return plain.test(name) && !reserved.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`;
}
