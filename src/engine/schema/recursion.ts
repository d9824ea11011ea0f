import { said } from '../../said/said.ts';
import type { Schema, SchemaGraph } from './references.ts';
import { SchemaError } from './schemaError.ts';

/**
 * Refuses schemas that refer to themselves without going on to a part of the value, which would never come to an end.
 * @throws SchemaError
 */
export function refuseEndless(graph: SchemaGraph, name: string): void {
  const done = new Set<Schema>();
  for (const start of graph.schemas()) {
    // Depth first, with what is still open in `path`: a stack of its own, for schemas that are deep.
    const path = new Set<Schema>();
    const stack: { schema: Schema; next: Iterator<Schema> }[] = [];
    const enter = (schema: Schema): void => {
      if (path.has(schema)) {
        throw new SchemaError(
          said`${name} refers to itself without end: a record would be checked by the same schema again and again.`,
        );
      }
      if (done.has(schema)) return;
      path.add(schema);
      stack.push({ schema, next: graph.samePlace(schema)[Symbol.iterator]() });
    };
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const step = top.next.next();
      if (step.done !== true) {
        enter(step.value);
        continue;
      }
      path.delete(top.schema);
      done.add(top.schema);
      stack.pop();
    }
  }
}
