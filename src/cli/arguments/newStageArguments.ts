import { isStageName } from '../../engine/call/stageTemplate.ts';
import { UsageError } from './usageError.ts';

/** What `rowriver new-stage` asks for. */
export interface NewStageCommand {
  /** The folder that is made, named like the stage. */
  readonly folder: string;
}

/** @throws UsageError */
export function readNewStageArguments(args: readonly string[]): NewStageCommand {
  const folder = args.at(0);
  if (folder === undefined || args.length > 1) {
    throw new UsageError(
      'rowriver new-stage takes a name, which becomes a folder; a file of that name is ./new-stage.',
    );
  }
  const name = folder.split(/[\\/]/).at(-1) ?? '';
  if (!isStageName(name)) {
    throw new UsageError(
      'The name of a stage is made of letters, digits, - and _, and begins with a letter.',
    );
  }
  return { folder };
}
