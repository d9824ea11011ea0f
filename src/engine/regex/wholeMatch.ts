import { classify } from './byteClasses.ts';
import { holds, Side, sideOf } from './place.ts';
import { matchAt, type Instruction, type Program } from './program.ts';

/** Bytes between two places at which the state of the way back is kept: fewer where states may be large. */
const [shortestBlock, longestBlock] = [64, 2048];
/** Kept at most, looked at between two blocks: states, what is alive in all of them, and spots. */
const [maxStates, maxAlive, maxSpots] = [4096, 1 << 21, 4096];
/** Length of all tables of steps at most. Where one more would be too many, a step is found each time. */
const maxSteps = 1 << 22;

const unknown = 0;
const dead = 1;
/** Rows of the table of states that are of no state: 0 and 1 mean something else, and so does the end of the text. */
const firstRow = 2;
const endOfText = 0;

/** What matters of the rest of a text: from which instructions it matches. */
interface State {
  /** Those that follow a byte, and the start, ascending, for each `Side` that may be before the place. */
  readonly alive: readonly (readonly number[])[];
  readonly epoch: number;
  readonly number: number;
}

/** Where the thread of a match is: at an instruction, behind a byte. Number 0 is where no group is ahead of it. */
interface Spot {
  readonly at: number;
  readonly before: Side;
  readonly epoch: number;
  readonly number: number;
}

/** What a thread does on its way to the next byte: the groups that begin or end, and those that are cleared. */
interface Step {
  /** The spot behind the byte. */
  readonly next: number;
  /** Slots; ~slot where it is cleared. */
  readonly slots: Int32Array;
}

/** What the thread has done since the last byte, latest first. */
interface Done {
  readonly instruction: Instruction;
  readonly earlier: Done | undefined;
}

/**
 * Says whether a program matches the whole of a text, and where its groups are. It takes time in proportion to the
 * text, whatever the pattern.
 *
 * On a way back from the end it finds for every place the instructions from which the rest matches: a deterministic
 * automaton, whose states are made when they are first reached. A single thread then goes forward and takes, at every
 * choice, the first way from which the rest matches. So it meets what Perl's backtracking would find and never goes
 * back. (A. Frisch and L. Cardelli, "Greedy regular expression matching", 2004.) Its steps are kept as well.
 *
 * The thread ends where none of the wanted groups is ahead. The way back is kept for one block; of a text of more
 * blocks those of the others are found again.
 */
export class WholeMatch {
  /**
   * Begin and end of the wanted groups of the match found last, -1 where one took no part: those of group `n` at
   * `2 * n` and `2 * n + 1`.
   */
  readonly slots: Int32Array;
  readonly #program: Program;
  readonly #classes = new Uint8Array(256);
  /** A byte of each class. */
  readonly #samples: readonly number[];
  readonly #takers: readonly (readonly number[])[];
  readonly #passers: readonly (readonly number[])[];
  /** Whether the thread can be at an instruction between two bytes. */
  readonly #isStop: Uint8Array;
  readonly #isWanted: (slot: number) => boolean;
  /** Whether wanted groups may begin, end or be cleared from an instruction on. */
  readonly #leadsToGroups: Uint8Array;
  /** What can be before a place, as far as it matters. */
  readonly #sides: readonly Side[];
  readonly #seen: Uint32Array;
  #generation = 0;

  /** Changes when all that is kept is forgotten: numbers from before stand for nothing. */
  #epoch = 0;
  #states: State[] = [];
  #statesByKey = new Map<string, State>();
  #aliveCount = 0;
  #atEnd: State | undefined;
  /**
   * For each state and class of bytes, the state before such a byte. States stand in it as the place where their row
   * begins; the length of a row is a power of two.
   */
  #before: Int32Array;
  readonly #rowBits: number;
  #spots: Spot[] = [];
  #spotsByKey = new Map<number, Spot>();
  /** For each spot, and each place in `before`: 0 unknown, n + 1 on to the spot n, -(n + 1) the long step n. */
  #steps: Int32Array[] = [];
  #stepCount = 0;
  #longSteps: Step[] = [];
  /** For each byte of a block the place in `before` that was looked at. */
  readonly #places: Int32Array;
  readonly #blockLength: number;

  constructor(program: Program, groups: readonly number[]) {
    const { instructions } = program;
    this.#program = program;
    this.slots = new Int32Array(2 * (Math.max(0, ...groups) + 1));
    this.#samples = classify(program, this.#classes);
    this.#sides = instructions.some(({ kind }) => kind === 'assert') ? Object.values(Side) : [Side.Edge];
    this.#seen = new Uint32Array(instructions.length);
    this.#rowBits = Math.max(1, Math.ceil(Math.log2(this.#samples.length)));
    this.#before = new Int32Array(16 << this.#rowBits);
    const fitting = Math.floor(maxAlive / instructions.length);
    this.#blockLength = Math.min(longestBlock, Math.max(shortestBlock, fitting));
    this.#places = new Int32Array(this.#blockLength + 1);
    [this.#takers, this.#passers] = predecessors(instructions);
    this.#isStop = Uint8Array.from(this.#takers, (takers) => Math.min(1, takers.length));
    this.#isStop[program.start] = 1;
    const wanted = new Set(groups.flatMap((group) => [2 * group, 2 * group + 1]));
    this.#isWanted = (slot) => wanted.has(slot);
    this.#leadsToGroups = this.#beforeGroups();
    this.#forget();
  }

  /** Whether it matches the whole of `bytes[start, end)`. Sets `slots`. */
  match(bytes: Uint8Array, start: number, end: number): boolean {
    // The states at the end of each block, last block first. The way through the first block stands in `places`.
    const ends: State[] = [];
    if (!this.#back(bytes, start, end, ends)) return false;
    this.slots.fill(-1);
    let spot = this.#spot(this.#program.start, Side.Edge);
    for (let from = start, block = ends.length - 1; spot.number > 0; from += this.#blockLength, block--) {
      const to = Math.min(end, from + this.#blockLength);
      if (from > start) this.#blockBack(bytes, from, to, ends[block]);
      if (to === end) this.#places[to - from] = endOfText;
      spot = this.#forward(from, to === end ? to + 1 : to, spot);
    }
    return true;
  }

  /** Whether there is a match. Leaves the way through the first block in `places`. */
  #back(bytes: Uint8Array, start: number, end: number, ends: State[]): boolean {
    let state: State | undefined = this.#endState();
    const blocks = Math.max(1, Math.ceil((end - start) / this.#blockLength));
    for (let block = blocks - 1; block >= 0; block--) {
      const from = start + block * this.#blockLength;
      ends.push(state);
      state = this.#blockBack(bytes, from, Math.min(end, from + this.#blockLength), state);
      if (state === undefined) return false;
    }
    return state.alive[Side.Edge].includes(this.#program.start);
  }

  /** Goes back through `bytes[from, to)`; answers what is alive at `from`, undefined for nothing. */
  #blockBack(bytes: Uint8Array, from: number, to: number, end: State): State | undefined {
    if (this.#isFull()) this.#forget();
    const classes = this.#classes;
    const places = this.#places;
    const noStates = firstRow << this.#rowBits;
    const { number } = end.epoch === this.#epoch ? end : this.#state(end.alive);
    let before = this.#before;
    let row = (firstRow + number) << this.#rowBits;
    for (let at = to - 1; at >= from; at--) {
      const place = row + classes[bytes[at]];
      places[at - from] = place;
      let next = before[place];
      // Mostly the state stays; with a branch, the processor need not wait to know it.
      if (next !== row) {
        if (next < noStates) {
          if (next === unknown) {
            next = this.#rowBefore(place);
            before = this.#before;
          }
          if (next === dead) return undefined;
        }
        row = next;
      }
    }
    return this.#stateOf(row);
  }

  /** Moves the thread over the bytes from `from` to `to`, one more than there are at the end of the text. */
  #forward(from: number, to: number, first: Spot): Spot {
    const places = this.#places;
    const slots = this.slots;
    let { number: spot } = first.epoch === this.#epoch ? first : this.#spot(first.at, first.before);
    let steps = this.#steps[spot];
    for (let at = from; at < to; at++) {
      const place = places[at - from];
      let step = place < steps.length ? steps[place] : unknown;
      if (step === spot + 1) continue;
      if (step === unknown) {
        step = this.#step(spot, place);
        steps = this.#steps[spot];
      }
      if (step < 0) {
        const { next, slots: set } = this.#longSteps[-step - 1];
        for (let index = 0; index < set.length; index++) {
          const slot = set[index];
          if (slot >= 0) slots[slot] = at;
          else slots[~slot] = -1;
        }
        spot = next;
      } else {
        spot = step - 1;
      }
      if (spot === 0) break;
      steps = this.#steps[spot];
    }
    return this.#spots[spot];
  }

  #isFull(): boolean {
    return (
      this.#states.length > maxStates ||
      this.#aliveCount > maxAlive ||
      this.#spots.length > maxSpots ||
      this.#stepCount > maxSteps
    );
  }

  #forget(): void {
    this.#epoch++;
    this.#states = [];
    this.#statesByKey = new Map();
    this.#aliveCount = 0;
    this.#atEnd = undefined;
    this.#before.fill(unknown);
    this.#spots = [{ at: matchAt, before: Side.Edge, epoch: this.#epoch, number: 0 }];
    this.#spotsByKey = new Map();
    this.#steps = [new Int32Array(0)];
    this.#stepCount = 0;
    this.#longSteps = [];
  }

  #endState(): State {
    return (this.#atEnd ??= this.#state(this.#aliveFrom([matchAt], Side.Edge)));
  }

  #stateOf(place: number): State {
    return this.#states[(place >> this.#rowBits) - firstRow];
  }

  #state(alive: State['alive']): State {
    const key = alive.join(';');
    let state = this.#statesByKey.get(key);
    if (state === undefined) {
      const number = this.#states.length;
      state = { alive, epoch: this.#epoch, number };
      this.#states.push(state);
      this.#statesByKey.set(key, state);
      for (const { length } of alive) this.#aliveCount += length;
      if ((firstRow + number + 1) << this.#rowBits > this.#before.length) {
        const larger = new Int32Array(this.#before.length * 2);
        larger.set(this.#before);
        this.#before = larger;
      }
    }
    return state;
  }

  /** Row of the state before the byte of a place in the table. */
  #rowBefore(place: number): number {
    const byte = this.#byteOf(place);
    const taking: number[] = [];
    const side = this.#sideOf(byte);
    for (const stop of this.#stateOf(place).alive[side]) {
      for (const taker of this.#takers[stop]) {
        if (takes(this.#program.instructions[taker], byte)) taking.push(taker);
      }
    }
    const row =
      taking.length === 0
        ? dead
        : (firstRow + this.#state(this.#aliveFrom(taking, side)).number) << this.#rowBits;
    this.#before[place] = row;
    return row;
  }

  /** The stops that lead to one of the instructions, which are `match` or take the next byte. */
  #aliveFrom(instructions: readonly number[], after: Side): State['alive'] {
    const alive: number[][] = [];
    for (const side of this.#sides) alive[side] = this.#stopsBefore(instructions, side, after);
    return alive;
  }

  #stopsBefore(last: readonly number[], before: Side, after: Side): number[] {
    const { instructions } = this.#program;
    const stops: number[] = [];
    this.#generation++;
    const stack = [...last];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#seen[at] === this.#generation) continue;
      const instruction = instructions[at];
      if (instruction.kind === 'assert' && !holds(instruction.assertion, before, after)) continue;
      this.#seen[at] = this.#generation;
      if (this.#isStop[at] === 1) stops.push(at);
      stack.push(...this.#passers[at]);
    }
    return stops.sort((a, b) => a - b);
  }

  #spot(at: number, before: Side): Spot {
    if (this.#leadsToGroups[at] === 0) return this.#spots[0];
    const key = at * 8 + before;
    let spot = this.#spotsByKey.get(key);
    if (spot === undefined) {
      spot = { at, before, epoch: this.#epoch, number: this.#spots.length };
      this.#spots.push(spot);
      this.#steps.push(new Int32Array(0));
      this.#spotsByKey.set(key, spot);
    }
    return spot;
  }

  #step(spot: number, place: number): number {
    const { next, slots } = this.#stepFrom(this.#spots[spot], place);
    const step = slots.length === 0 ? next + 1 : -this.#longSteps.push({ next, slots });
    let steps = this.#steps[spot];
    if (place >= steps.length) {
      const { length } = this.#before;
      this.#stepCount += length - steps.length;
      if (this.#stepCount > 2 * maxSteps) return step;
      const larger = new Int32Array(length);
      larger.set(steps);
      this.#steps[spot] = steps = larger;
    }
    steps[place] = step;
    return step;
  }

  /** Follows the thread to the first instruction that takes the byte of a place in the table, and leads to a match. */
  #stepFrom({ at: first, before }: Spot, place: number): Step {
    const { instructions } = this.#program;
    const byte = place === endOfText ? undefined : this.#byteOf(place);
    const after = byte === undefined ? Side.Edge : this.#sideOf(byte);
    const alive = new Set(byte === undefined ? [] : this.#stateOf(place).alive[after]);
    this.#generation++;
    const stack: { at: number; done: Done | undefined }[] = [{ at: first, done: undefined }];
    for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
      const { at, done } = thread;
      if (this.#seen[at] === this.#generation) continue;
      this.#seen[at] = this.#generation;
      const instruction = instructions[at];
      switch (instruction.kind) {
        case 'match':
          if (byte === undefined) return { next: 0, slots: this.#slotsOf(done) };
          break;
        case 'bytes':
          if (byte !== undefined && takes(instruction, byte) && alive.has(instruction.next))
            return { next: this.#spot(instruction.next, after).number, slots: this.#slotsOf(done) };
          break;
        case 'split':
          stack.push({ at: instruction.other, done }, { at: instruction.next, done });
          break;
        case 'assert':
          if (holds(instruction.assertion, before, after)) stack.push({ at: instruction.next, done });
          break;
        case 'leave':
          if (!hasEntered(done, instruction.round)) stack.push({ at: instruction.next, done });
          break;
        case 'save':
        case 'clear':
        case 'enter':
          stack.push({ at: instruction.next, done: { instruction, earlier: done } });
      }
    }
    throw new TypeError('the rest of the text was to match from here');
  }

  #slotsOf(done: Done | undefined): Int32Array {
    const slots = new Map<number, boolean>();
    const set = (slot: number, isHere: boolean): void => {
      if (this.#isWanted(slot) && !slots.has(slot)) slots.set(slot, isHere);
    };
    for (let each = done; each !== undefined; each = each.earlier) {
      const { instruction } = each;
      if (instruction.kind === 'save') set(instruction.slot, true);
      if (instruction.kind === 'clear') {
        for (let slot = instruction.from; slot < instruction.to; slot++) set(slot, false);
      }
    }
    return Int32Array.from(slots, ([slot, isHere]) => (isHere ? slot : ~slot));
  }

  #beforeGroups(): Uint8Array {
    const { instructions } = this.#program;
    const leads = new Uint8Array(instructions.length);
    const stack = [...instructions.keys()].filter((at) => {
      const instruction = instructions[at];
      if (instruction.kind === 'save') return this.#isWanted(instruction.slot);
      // Without a group inside that is wanted there is nothing to clear, and with one a `save` ahead.
      return false;
    });
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (leads[at] === 1) continue;
      leads[at] = 1;
      stack.push(...this.#takers[at], ...this.#passers[at]);
    }
    return leads;
  }

  #byteOf(place: number): number {
    return this.#samples[place & ((1 << this.#rowBits) - 1)];
  }

  #sideOf(byte: number): Side {
    return this.#sides.length === 1 ? Side.Edge : sideOf(byte, this.#program.encoding);
  }
}

function takes(instruction: Instruction, byte: number): boolean {
  return instruction.kind === 'bytes' && byte >= instruction.from && byte <= instruction.to;
}

function hasEntered(done: Done | undefined, round: number): boolean {
  for (let each = done; each !== undefined; each = each.earlier) {
    if (each.instruction.kind === 'enter' && each.instruction.round === round) return true;
  }
  return false;
}

/** For each instruction, those that lead to it: with a byte, and without. */
function predecessors(instructions: readonly Instruction[]): [takers: number[][], passers: number[][]] {
  const takers = instructions.map((): number[] => []);
  const passers = instructions.map((): number[] => []);
  for (const [at, instruction] of instructions.entries()) {
    if (instruction.kind === 'match') continue;
    (instruction.kind === 'bytes' ? takers : passers)[instruction.next].push(at);
    if (instruction.kind === 'split') passers[instruction.other].push(at);
  }
  return [takers, passers];
}
