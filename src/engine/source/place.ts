import type { Said } from '../../said/said.ts';
import type { HttpLimits } from './http/limits.ts';
import type { FileIdentity, Source, SourcePlace, SourceSpec } from './source.ts';

/**
 * Where bytes are, and what that means for reading them. One kind a file; `places.ts` is the only place that knows which
 * kinds there are, and `location.ts` what people write for them.
 */
export interface Place {
  /** As plain data: it goes to other threads, and is opened there again. */
  readonly spec: SourcePlace;
  /** The files on disk that it consists of, which nothing may overwrite. */
  readonly paths: readonly string[];
  /** Whether reading costs more than the disk's time, so that nothing is read that nobody has asked for. */
  readonly remote: boolean;
  /** How to see whether it changes; undefined where it cannot, or that cannot be seen. */
  readonly watch: Watch | undefined;
  /**
   * By what an index is found again, and known to be of the same bytes; undefined where that cannot be known.
   * @param restMs what was changed this shortly before it was opened may be changed again with the same times
   */
  kept(restMs: number): KeptIdentity | undefined;
  /** @throws SourceError; the signal's reason */
  open(options: OpenPlaceOptions): Promise<OpenedPlace>;
}

export interface Watch {
  /** Its state when it was opened. */
  readonly opened: FileIdentity;
  /** Its state now. @throws SourceError where it is gone */
  now(): Promise<FileIdentity>;
  /** What is different now, in a sentence; '' where that goes without saying. */
  difference?(): Promise<Said | undefined>;
}

/** Plain data, of which nothing is written down but a hash. */
export interface KeptIdentity {
  readonly path: string;
  readonly state: {
    readonly size: number;
    readonly file: string;
    readonly version: string;
    /** Whether it may be changed without another `version`. */
    readonly young: boolean;
  };
}

export interface OpenPlaceOptions {
  readonly signal?: AbortSignal | undefined;
  readonly keepPages?: boolean | undefined;
  readonly http?: Partial<HttpLimits> | undefined;
  readonly blocking?: boolean | undefined;
  /** For a place that consists of others. */
  readonly openSource?: (spec: SourceSpec, options: OpenPlaceOptions) => Promise<Source>;
}

export interface OpenedPlace {
  readonly source: Source;
  /** The place with its state at opening. */
  readonly place: SourcePlace;
  /** The state now of the file that is open, whatever its path leads to by now; undefined where it is none. */
  readonly current?: (() => Promise<FileIdentity>) | undefined;
}
