/** What scans of stored columns need of stages, for who loads it only then. */
export { PackedStages } from './packed.ts';
export { textNeedOf } from './stages.ts';
export { TopBound } from './topBound.ts';
