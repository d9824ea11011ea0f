import { spawn } from 'node:child_process';

/** A way of doing a job: answers the figure that shows it did it. */
export interface Contender {
  readonly name: string;
  readonly run: () => Promise<number>;
}

export interface Job {
  readonly work: string;
  readonly ours: Contender;
  /** With how many times as fast as it we want to be. */
  readonly peers: readonly (Contender & { readonly target: number })[];
}

export interface Timing {
  readonly name: string;
  /** Milliseconds of each round, in order. */
  readonly rounds: readonly number[];
  readonly median: number;
  readonly answer: number;
}

/** Runs the contenders in turn, round after round, so that a slow spell of the machine meets them all. */
export async function race(contenders: readonly Contender[], rounds: number): Promise<Timing[]> {
  const times = contenders.map((): number[] => []);
  const answers = contenders.map(() => NaN);
  for (const [i, contender] of contenders.entries()) answers[i] = await contender.run();
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const began = performance.now();
      answers[i] = await contender.run();
      times[i].push(performance.now() - began);
    }
  }
  return contenders.map(({ name }, i) => ({
    name,
    rounds: times[i].map((time) => Math.round(time * 10) / 10),
    median: median(times[i]),
    answer: answers[i],
  }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs a program to its end and answers the number it prints, or the bytes it wrote where it prints none. */
export async function numberFrom(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return Number.parseFloat(text);
}

/** Whether a program can be started at all. */
export async function isThere(program: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, ['--version'], { stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('exit', () => resolve(true));
  });
}
