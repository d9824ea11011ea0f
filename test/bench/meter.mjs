// What a process reads and holds, from Linux's /proc.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Samples a process every few milliseconds. */
export class Meter {
  peak = 0;
  #pid;
  #samples = [];
  #timer;

  constructor(pid) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.now(), 4);
  }

  now() {
    const number = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
    const sample = {
      time: Date.now(),
      read: number(readFileSync(`/proc/${this.#pid}/io`, 'utf8'), 'rchar'),
      resident: number(readFileSync(`/proc/${this.#pid}/status`, 'utf8'), 'VmRSS') * 1024,
    };
    this.#samples.push(sample);
    this.peak = Math.max(this.peak, sample.resident);
    return sample;
  }

  /** The last sample before a moment. */
  at(time) {
    return this.#samples.findLast((sample) => sample.time <= time) ?? this.#samples[0];
  }

  resetPeak() {
    this.peak = 0;
    this.#samples.length = 0;
  }

  close() {
    clearInterval(this.#timer);
  }
}

/** The extension host is a descendant of the server. */
export async function extensionHost(pid) {
  for (const end = Date.now() + 30_000; Date.now() < end; await setTimeout(100)) {
    for (const child of descendants(pid)) {
      const command = readFileSync(`/proc/${child}/cmdline`, 'utf8');
      if (command.includes('--type=extensionHost')) return child;
    }
  }
  throw new Error('There is no extension host.');
}

function* descendants(pid) {
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const file = `/proc/${pid}/task/${task}/children`;
    if (!existsSync(file)) continue;
    for (const child of readFileSync(file, 'utf8').trim().split(' ').filter(Boolean)) {
      yield child;
      yield* descendants(child);
    }
  }
}
