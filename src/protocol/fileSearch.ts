/** Which files are read as one table: looked for again whenever they are opened. */
export interface FileSearch {
  /** What names and patterns are relative to; '' for the working folder. */
  readonly folder: string;
  /** Files, and folders whose files of records are meant; relative to `folder` or absolute. */
  readonly names?: readonly string[] | undefined;
  /** A glob. */
  readonly pattern?: string | undefined;
}
