import type { SentRows } from '../../../protocol/engine.ts';
import type { DerivedColumns } from '../derivedRow.ts';
import type { RowPlaces } from './rowPlaces.ts';

/** Where rows are sent to that come as JSON Lines. What it has taken stays there, whatever becomes of the run. */
export interface RowService {
  /** What messages call it. */
  readonly name: string;
  /** Whether `begin` is to be called before `write`. */
  readonly needsColumns: boolean;
  /** Whether the rows are dead letters, whose own rows are sent. */
  readonly resends: boolean;
  readonly sent: SentRows;
  /** @throws SinkError */
  begin(columns: DerivedColumns): Promise<void> | void;
  /**
   * Takes rows, and waits where enough of them are under way.
   * @param ends one past the line feed of each row. With it, the piece is given away; else it is void afterwards.
   * @throws SinkError; the signal's reason
   */
  write(piece: Uint8Array, places?: RowPlaces, ends?: Uint32Array): Promise<void>;
  /** Sends what is left, and waits until all of it is taken. @throws as `write` */
  commit(): Promise<void>;
  /** Ends what is under way. Safe to call at any time, any number of times. */
  discard(): Promise<void>;
}
