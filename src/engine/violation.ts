import type { Said } from '../said/said.ts';

/**
 * What a record has that its JSON Schema does not allow. Like a fault it is data: it has a place and a rule, it is counted and
 * listed, and the stream goes on.
 */
export interface Violation {
  /** JSON Pointer to the value in the record; '' for the record as a whole. */
  readonly path: string;
  /** The keyword of the schema that it breaks, such as `type` or `required`. */
  readonly rule: string;
  /** What the value must be, for people: `must be integer`. In English, queries and reports have it. */
  readonly message: Said;
  /** The same for all violations of the same place in the schema. */
  readonly key: string;
}
