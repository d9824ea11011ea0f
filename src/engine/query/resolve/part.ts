import type { FieldRequest } from '../../format/record.ts';

/** A column of the rows as they are at some point of the pipeline. */
export interface ColumnPart {
  readonly kind: 'column';
  readonly name: string;
  /** A CSV field and a partition column get their slots when somebody asks for them. */
  readonly slot: number | { readonly path: FieldRequest['path'] } | { readonly partition: number };
  /** Whether the query gave it its name. */
  readonly renamed?: true;
}

/** All members of a JSON object that are not known by name: of the record, or of an object in a slot. */
export interface OpenPart {
  readonly kind: 'open';
  readonly slot: number | 'record';
  readonly edits: readonly MemberEdit[];
}

/** What becomes of a member when the object is written out. */
export interface MemberEdit {
  readonly path: readonly string[];
  readonly action:
    | { readonly kind: 'drop' }
    | { readonly kind: 'rename'; readonly name: string }
    | { readonly kind: 'replace'; readonly slot: number };
}

export type Part = ColumnPart | OpenPart;
