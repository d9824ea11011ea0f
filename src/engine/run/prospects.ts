import { SinkError, type SinkFailure } from '../sink/sinkError.ts';
import { SourceError, type SourceFailure } from '../source/source.ts';

/**
 * What can be done after an export has failed: `resume`: it may go on where it was, once there is room or the server
 * answers; `again`: it may succeed from its start; `nothing`: it fails again, because of the query, the data or the target.
 */
export type Prospect = 'resume' | 'again' | 'nothing';

const prospects: Readonly<Record<SinkFailure | SourceFailure | 'query', Prospect>> = {
  'no-room': 'resume',
  // More than the file system or the process's limit allows: the limit may be raised.
  'too-large': 'resume',
  'read-only': 'resume',
  'no-permission': 'resume',
  'not-found': 'resume',
  unreachable: 'resume',
  failed: 'resume',
  changed: 'again',
  exists: 'again',
  closed: 'again',
  'not-sent': 'again',
  query: 'nothing',
  corrupt: 'nothing',
  unsupported: 'nothing',
  'too-many-columns': 'nothing',
  'is-folder': 'nothing',
  'own-source': 'nothing',
  'same-target': 'nothing',
  'nothing-to-resume': 'nothing',
};

/** @param failure as an error says it, or as it crosses to the host; of others, such as an engine that has died, nothing is known */
export function prospectOf(failure: string): Prospect {
  return isKnown(failure) ? prospects[failure] : 'again';
}

/** Whether a run that ends so fails again wherever it begins. */
export function failsAgain(error: unknown): boolean {
  const isForeseen = error instanceof SinkError || error instanceof SourceError;
  return isForeseen && prospectOf(error.failure) === 'nothing';
}

function isKnown(failure: string): failure is keyof typeof prospects {
  return Object.hasOwn(prospects, failure);
}
