/** What the stages of one run share. */
export interface StageContext {
  readonly signal: AbortSignal;
  /** Bytes that the stages may hold in memory together before they write to `tempFolder`. */
  readonly budget: number;
  /** Where a folder for temporary files is made if one is needed; it is gone when the run ends, however it ends. */
  readonly tempFolder: string;
  /** Told the key that rows still to come must be before, as ORDER BY … LIMIT finds it. */
  readonly cutoff?: (key: Uint8Array) => void;
  /** Filled while the stages run: one entry a stage, in their order. */
  readonly metrics?: StageMetrics[];
}

/** What one stage has done so far. */
export interface StageMetrics {
  readonly name: string;
  rowsIn: number;
  rowsOut: number;
  batches: number;
  /** Time in the stage itself, in milliseconds. */
  ms: number;
  /** Bytes written to temporary files. */
  spilled: number;
}
