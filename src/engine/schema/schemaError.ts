import { SaidError } from '../../said/said.ts';

/** A JSON Schema that cannot be used. Its message names the file and says why. */
export class SchemaError extends SaidError {
  override readonly name = 'SchemaError';
}
