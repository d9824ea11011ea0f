import { MessageChannel } from 'node:worker_threads';

/**
 * Gives the memory of an array back at once, and leaves it empty. What comes from another thread is not counted as
 * garbage before it is collected, so tens of megabytes of it would pile up; sent to where nobody listens, it is freed.
 */
export function discard({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) nobody().postMessage(null, [buffer]);
}

function nobody(): MessageChannel['port1'] {
  if (closed === undefined) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    port1.unref();
    closed = port1;
  }
  return closed;
}

let closed: MessageChannel['port1'] | undefined;
