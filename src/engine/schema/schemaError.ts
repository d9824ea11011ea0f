/** A JSON Schema that cannot be used. Its message names the file and says why. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}
