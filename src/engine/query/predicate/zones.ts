import type { FieldRequest } from '../../format/record.ts';

/**
 * What must hold of a field in every record that the query takes: lets a block be skipped whose smallest and
 * largest values are known. A block in which the field also holds values of another kind (a text that reads as a
 * number, a number without a double) cannot be skipped by a condition on numbers.
 */
export type ZoneCondition =
  | {
      readonly kind: 'number';
      readonly path: FieldRequest['path'];
      /** Bounds, both included. */
      readonly low: number;
      readonly high: number;
    }
  | {
      readonly kind: 'text';
      readonly path: FieldRequest['path'];
      /** Bounds in the order of UTF-8 bytes, both included; undefined where there is none. */
      readonly low: string | undefined;
      readonly high: string | undefined;
    };
