/** How often progress is told, in milliseconds: people see no more, and messages cost. */
const progressMs = 100;

/** Calls at most every 100 ms; what comes between is not told. The first call always is. */
export function throttled<T>(tell: (value: T) => void): (value: T) => void {
  let told = -Infinity;
  return (value) => {
    const now = performance.now();
    if (now - told < progressMs) return;
    told = now;
    tell(value);
  };
}
