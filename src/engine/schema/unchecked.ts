import { said } from '../../said/said.ts';
import { dynamicAnchors, type Schema, type SchemaGraph } from './references.ts';
import { SchemaError } from './schemaError.ts';
import type { Draft, SchemaDocuments } from './schemaSpec.ts';
import { fragmentOf, schemasIn } from './walk.ts';

/**
 * Refuses schemas of which ajv would check less than they say, without a word.
 * @throws SchemaError
 */
export function refuseUnchecked(
  documents: SchemaDocuments,
  graph: SchemaGraph,
  draft: Draft,
  name: string,
): void {
  if (draft === 'draft-07') return;
  refuseInnerAnchors(documents, name);
  // In 2020-12, what `contains` has found has been looked at, and nothing else of the list.
  if (draft === '2020-12') refuseContains(graph, name);
}

/** Of several schemas with one anchor, ajv finds those that are whole documents. */
function refuseInnerAnchors(all: SchemaDocuments, name: string): void {
  const anchors = dynamicAnchors(all);
  for (const { address, schema } of all.documents) {
    for (const { schema: own } of schemasIn(schema, address)) {
      for (const keyword of ['$dynamicRef', '$recursiveRef']) {
        const reference = own[keyword];
        if (typeof reference !== 'string') continue;
        const anchor = anchors.get(fragmentOf(reference));
        if (anchor === undefined || anchor.count === 1 || anchor.isWhole) continue;
        throw new SchemaError(
          said`${name} cannot be used: several schemas are what ${keyword} "${reference}" may lead to, and one of them is only a part of a file. Give each a file of its own.`,
        );
      }
    }
  }
}

function refuseContains(graph: SchemaGraph, name: string): void {
  for (const start of graph.schemas()) {
    if (start.unevaluatedItems === undefined || start.unevaluatedItems === true) continue;
    const reached = new Set<Schema>([start]);
    // A set goes on with what is added to it while it is walked.
    for (const schema of reached) {
      if (schema.contains !== undefined) {
        throw new SchemaError(
          said`${name} cannot be used: which items are left for unevaluatedItems by contains is not known here. Say with items what all of them must be.`,
        );
      }
      for (const inner of graph.samePlace(schema)) reached.add(inner);
    }
  }
}
