import { long } from '../vscode/long.mjs';

export { long };

/** How many cases a test draws at random: `npm test` and `npm run test:long`. */
export function runs(short: number, inLongRun: number): number {
  return long ? inLongRun : short;
}
