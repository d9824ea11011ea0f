import { JsonFields, type FieldPath } from '../format/json/fields.ts';
import type { Plan } from '../query/index.ts';
import { JsonObject } from '../query/value/json.ts';
import { valueName } from '../query/write.ts';
import { editedObject } from '../stage/openRow.ts';

/** An object of a record, with nothing in it but its names. */
type Names = Map<string, Names>;

/**
 * The columns that a query on JSON records would make of records with some paths: the header of a result that has no rows.
 */
export function emptyColumns({ output, slots, fields }: Plan, paths: readonly FieldPath[]): FieldPath[] {
  const record = namesOf(paths);
  const seen = new JsonFields();
  const read = (json: string): void => {
    const bytes = new TextEncoder().encode(json);
    seen.read(bytes, 0, bytes.length);
  };
  for (const part of output) {
    if (part.kind === 'column') {
      read(JSON.stringify({ [part.name]: null }));
      continue;
    }
    const { source } = slots[part.slot];
    const path =
      source.kind === 'record' ? [] : source.kind === 'field' ? fields[source.field].path : undefined;
    const names = path?.reduce<Names | undefined>((inside, key) => inside?.get(String(key)), record);
    read(editedObject(new JsonObject(jsonOf(names)), part.edits, () => 'null'));
  }
  // What has no path, as a record without members, makes no column.
  return seen.paths().filter((path) => path.length > 0);
}

function namesOf(paths: readonly FieldPath[]): Names {
  const record: Names = new Map();
  for (const path of paths) {
    // A record that is no object has its value for a column.
    if (path.length === 0) record.set(valueName, new Map());
    let inside = record;
    for (const key of path) {
      const next = inside.get(key) ?? (new Map() as Names);
      inside.set(key, next);
      inside = next;
    }
  }
  return record;
}

/** JSON text: what has no names in it is null. */
function jsonOf(names: Names | undefined): string {
  const members = [...(names ?? [])].map(
    ([key, inside]) => `${JSON.stringify(key)}:${inside.size === 0 ? 'null' : jsonOf(inside)}`,
  );
  return `{${members.join(',')}}`;
}
