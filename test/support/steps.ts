const searches = ['find', 'findIndex', 'some', 'every'] as const;

/** How many items of arrays are looked at in searches by a function, to see what grows with the square of something. */
export function searchSteps(work: () => void): number {
  let steps = 0;
  const before = searches.map(
    (name) => [name, Object.getOwnPropertyDescriptor(Array.prototype, name)] as const,
  );
  for (const [name, descriptor] of before) {
    const search = descriptor?.value as (...given: unknown[]) => unknown;
    Object.defineProperty(Array.prototype, name, {
      ...descriptor,
      value(this: unknown[], test: (...given: unknown[]) => unknown, ...rest: unknown[]) {
        const counted = (...given: unknown[]): unknown => {
          steps++;
          return test(...given);
        };
        return Reflect.apply(search, this, [counted, ...rest]);
      },
    });
  }
  try {
    work();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(Array.prototype, name, descriptor);
    }
  }
  return steps;
}
