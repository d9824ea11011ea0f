/** What is known of a record besides its fields, by the name that stands for it without quotes. */
export type RecordAttribute =
  '_record' | '_line' | '_offset' | '_file' | '_file_offset' | '_error' | '_violation';

export const recordAttributes: ReadonlySet<string> = new Set([
  ...['_record', '_line', '_offset', '_file', '_file_offset', '_error', '_violation'],
]);
