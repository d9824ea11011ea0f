/** What comes of checking records by a JSON Schema, for the command, the host and the page. */

import type { Said } from '../said/said.ts';

/** What came of checking records by a JSON Schema. */
export interface CheckSummary {
  readonly records: number;
  readonly invalid: number;
  readonly rules: readonly BrokenRule[];
}

/** A rule of the schema, with the first violation of it, and how many records break it. */
export interface BrokenRule {
  /** JSON Pointer into the record; '' for the record as a whole. */
  readonly path: string;
  readonly rule: string;
  readonly message: Said;
  /** Where the rule is in the schema: `_violation.places` in a query has it of each record that breaks it. */
  readonly place: string;
  readonly records: number;
}

/** What a rule of a schema does not allow in a record. Record and line count from 1. */
export interface Violation {
  readonly record: number;
  readonly line: number;
  /** JSON Pointer into the record. */
  readonly path: string;
  readonly rule: string;
  readonly message: Said;
  /**
   * The value that breaks the rule, as JSON text, cut to 200 characters and then ending in `…`; undefined where a value is
   * missing.
   */
  readonly value?: string;
}

/** What a preview knows of the records that the schema of its user does not allow. */
export interface SchemaCheck {
  /** Name of the schema's file. */
  readonly schema: string;
  /** `outdated`: the file has grown since. */
  readonly phase: 'running' | 'done' | 'outdated' | 'cancelled' | 'failed';
  /** Records that were checked so far. */
  readonly records: number;
  readonly invalid: number;
  /** The rules that are broken most often, in this order; of `brokenRules` in all. */
  readonly rules: readonly BrokenRule[];
  readonly brokenRules: number;
  /** How many violations can be listed one by one: the first ones. */
  readonly listed: number;
  /** Bytes read, of `total`. */
  readonly scanned: number;
  readonly total: number | undefined;
  /** Phase `failed`: why. */
  readonly said: Said | undefined;
}
