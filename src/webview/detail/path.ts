/** Paths as a query writes them: `user.tags[1]`, `"odd name".x`; list places count from 1. */

const plain = /^[\p{L}_@][\p{L}\p{M}\p{N}_$@]*$/u;

/** Words of the query language, which as names are quoted. A test holds them against the language's own list. */
const reserved = new Set(
  (
    'and or not in between like ilike is null true false case when then else end cast try_cast as from where select ' +
    'group order by having limit offset distinct over current_date current_timestamp'
  ).split(' '),
);

/** Names that stand without quotes for what is known of a record beside its members. The same test holds them. */
const ofRecord = new Set('_value _record _line _offset _file _file_offset _error _violation'.split(' '));

export type Step = string | number;

export function writePath(steps: readonly Step[]): string {
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step + 1}]`;
    else path += path ? `.${writeName(step)}` : ofRecord.has(step) ? `"${step}"` : writeName(step);
  }
  return path;
}

function writeName(name: string): string {
  if (name === '') return '``';
  return plain.test(name) && !reserved.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`;
}
