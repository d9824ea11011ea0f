export {
  checkQuery,
  isUnknownColumn,
  refusedCalls,
  refusedTarget,
  type CheckedIn,
  type KnownColumn,
} from './check.ts';
export { checkLiterals, dependsOnCells, timeFormat, type KnownCells } from './checkLiterals.ts';
export { checkOrders, type OrderedCell } from './checkOrders.ts';
export { checkReadings } from './checkReadings.ts';
export { checkOfTimes } from './ofTimes.ts';
export { comparedFields, type ComparedField } from './compared.ts';
export type { Diagnostic, Span } from './diagnostic.ts';
export { fixTime } from './fixTime.ts';
export { foldDoubts, Hits, placesOf } from './hits.ts';
export type { Layout } from './layout.ts';
export { memberColumns } from './members.ts';
export { outcomeOf, type Outcome } from './outcome.ts';
export { nullTests } from './nullTests.ts';
export { truthTests } from './truthTests.ts';
export { writtenBooleans } from './value/cast.ts';
export { checkNumbers, numericFields, type NumbersAndTexts } from './numeric.ts';
export { orderedFields } from './ordered.ts';
export { parseQuery } from './parse.ts';
export { printForSpark, printQuery, type PrintedQuery } from './print/print.ts';
export { sparkName } from './print/spark.ts';
export type { PrintOptions, PrintTarget } from './print/dialect.ts';
export { asksForViolations, planQuery, type Plan } from './plan.ts';
export { digestOf } from './planDigest.ts';
export type { Predicate } from './predicate/predicate.ts';
export type { Mark, Origin } from './predicate/selector.ts';
export type { ZoneCondition } from './predicate/zones.ts';
export { nameSpans, type ParsedQuery } from './syntax/pipeline.ts';
export type { Operator, Query } from './syntax/tree.ts';
export { visitExpression } from './syntax/walk.ts';
export {
  completeAt,
  type Completion,
  type Completions,
  type Known,
  type SeenValue,
} from './panel/complete.ts';
export type { FileField, KnownFile, KnownFiles } from './rowColumns.ts';
export { keywords } from './syntax/keywords.ts';
export { conditionsOf, type Condition } from './panel/conditions.ts';
export { editQuery, editRecords, type QueryEdit } from './panel/edit.ts';
export { picksOf } from './panel/pick.ts';
export { searchFor } from './panel/search.ts';
export { unsortedQuery } from './panel/sort.ts';
export { writeName, writePath, writeText } from './write.ts';
export { summedColumns } from './summed.ts';
export { readNumber } from './value/decimal.ts';
export { readTime } from './value/time.ts';
export { isTypedTime, typeTimes } from './typeTimes.ts';
export { timeForm } from './value/timeForm.ts';
