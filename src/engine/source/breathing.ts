/** How long a thread works without giving way to messages, in milliseconds: a cancel is heard this late. */
const breathMs = 8;

/** For work that holds up its thread: waits for what it returns between one piece and the next. */
export function breathing(): () => Promise<void> {
  let breathed = performance.now();
  return async () => {
    if (performance.now() - breathed < breathMs) return;
    await new Promise(setImmediate);
    breathed = performance.now();
  };
}
