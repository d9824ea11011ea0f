import { dataPlace } from './data.ts';
import { filePlace } from './filePlace.ts';
import { filesPlace } from './files/place.ts';
import { urlPlace } from './http/place.ts';
import type { Place } from './place.ts';
import type { SourcePlace } from './source.ts';
import { stdinPlace } from './stdinPlace.ts';

/** What can be done with a place. Cheap: nothing is kept of it. */
export function placeOf(spec: SourcePlace): Place {
  switch (spec.kind) {
    case 'file':
      return filePlace(spec);
    case 'url':
      return urlPlace(spec);
    case 'stdin':
      return stdinPlace(spec);
    case 'data':
      return dataPlace(spec);
    case 'files':
      return filesPlace(spec);
  }
}
