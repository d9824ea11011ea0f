/** From so many bytes on, room is large. */
const large = 16 * 1024 * 1024;

/**
 * How large to make what so many bytes do not fit into, in bytes: doubled while it is small, with a quarter to spare
 * where it is large. Room that is not written to takes no memory, and what follows a long row must not move it again.
 */
export function roomFor(needed: number, size: number): number {
  return needed > large ? needed + Math.ceil(needed / 4) : Math.max(needed, size * 2);
}
