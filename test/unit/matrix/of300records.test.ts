import { describeMatrix } from './everyQuestion.ts';
import { layouts } from './layouts.ts';

describeMatrix('every layout and every question', layouts, 0, [300]);
