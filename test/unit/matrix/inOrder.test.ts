import { describeMatrix } from './everyQuestion.ts';
import { growingLayouts } from './growingLayouts.ts';
import { layouts } from './layouts.ts';
import { mergedLayouts } from './mergedLayouts.ts';

describeMatrix(
  'every layout of files that are merged or grow, and every question',
  [...mergedLayouts, ...growingLayouts],
  layouts.length,
);
