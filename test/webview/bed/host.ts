/** What stands in for the editor around the page where the engine is the real one, in the process of the tests. */
import type { Message } from '../../../src/protocol/rpc.ts';
import { decode } from './wire.ts';

/** What tests see of the page's conversation. */
export interface HostBed {
  /** Resolves when the page has taken them. */
  deliver(messages: readonly string[]): Promise<void>;
  /**
   * Resolves when nothing is under way that can change what the page shows: no call to the engine, no frame, no short
   * timer, and no layout that an observer of sizes has yet to see.
   */
  rest(): Promise<void>;
  /** Resolves after the next message, frame or timer of the page; rejects when there is none for a minute. */
  happening(): Promise<void>;
}

declare global {
  interface Window {
    hostBed: HostBed;
    /** Given by the tests. */
    toHost: (message: string) => Promise<void>;
  }
}

/** Longer timers wait for someone to look at a column, and no row waits for them. */
const soonMs = 50;
/** In this time even a machine that does much else does something. */
const silenceMs = 60_000;

/** Calls to the engine that have not been answered, by their methods. */
const waiting = new Map<number, string>();
const frames = new Set<number>();
const timers = new Set<number>();
let happened = 0;
const sleepers = new Set<() => void>();

function happen(): void {
  happened++;
  for (const wake of sleepers) wake();
}

const nextFrame = window.requestAnimationFrame.bind(window);
const dropFrame = window.cancelAnimationFrame.bind(window);
const startTimer = window.setTimeout.bind(window);
const stopTimer = window.clearTimeout.bind(window);

window.requestAnimationFrame = (paint) => {
  const frame = nextFrame((time) => {
    frames.delete(frame);
    try {
      paint(time);
    } finally {
      happen();
    }
  });
  frames.add(frame);
  return frame;
};
window.cancelAnimationFrame = (frame) => {
  frames.delete(frame);
  dropFrame(frame);
};
Object.assign(window, {
  setTimeout(run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): number {
    const timer: number = startTimer(() => {
      timers.delete(timer);
      try {
        run(...args);
      } finally {
        happen();
      }
    }, ms);
    if (ms <= soonMs) timers.add(timer);
    return timer;
  },
  clearTimeout(timer: number | undefined): void {
    if (timer !== undefined) timers.delete(timer);
    stopTimer(timer);
  },
});

function happening(): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = startTimer(() => {
      sleepers.delete(wake);
      const calls = [...waiting.values()].join(', ') || 'none';
      const shown = document.body.innerText.slice(0, 500);
      reject(new Error(`Nothing happens any more. Calls: ${calls}. The page: ${shown}`));
    }, silenceMs);
    const wake = () => {
      sleepers.delete(wake);
      stopTimer(limit);
      resolve();
    };
    sleepers.add(wake);
  });
}

/** Runs something after all that listens to what is going on, and after this frame. */
function afterwards(run: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(null);
}

/** Resolves when the next frame is laid out and its observers have been called. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    nextFrame(() => afterwards(resolve));
  });
}

async function rest(): Promise<void> {
  for (;;) {
    while (waiting.size + frames.size + timers.size > 0) await happening();
    const before = happened;
    await painted();
    if (happened === before && waiting.size + frames.size + timers.size === 0) return;
  }
}

window.hostBed = {
  deliver(messages) {
    return new Promise((resolve) => {
      let due = messages.length;
      const taken = () => {
        if (--due > 0) return;
        removeEventListener('message', taken);
        afterwards(resolve);
      };
      addEventListener('message', taken);
      for (const text of messages) window.postMessage(decode(text), '*');
    });
  },
  rest,
  happening,
};

// Not before the page has it as well, which listens from later on.
addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.type === 'result' || data.type === 'error') waiting.delete(data.id);
  // The page does not wait any more for what it asked before.
  if (data.type === 'event' && data.name === 'restarted') waiting.clear();
  afterwards(happen);
});

window.acquireVsCodeApi = () => ({
  postMessage(message: Message) {
    // What the editor is told changes nothing in the page.
    if (message.type === 'call' && !message.method.startsWith('host/'))
      waiting.set(message.id, message.method);
    if (message.type === 'cancel') waiting.delete(message.id);
    void window.toHost(JSON.stringify(message));
  },
  // The grid has the whole width.
  getState: () => ({ version: 2, side: 'none' }),
  setState: () => undefined,
});
