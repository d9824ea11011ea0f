/** Places of a table that belong to groups. */
export interface PlacesByGroup {
  /** Bytes held. */
  readonly size: number;
  /** The places of a group, in their order. */
  of(group: number): Uint32Array;
}

/**
 * Sorts the places of a table by their groups: a counting sort.
 * @param groupOf undefined where nothing stands at the place
 */
export function placesByGroup(length: number, groupOf: (place: number) => number | undefined): PlacesByGroup {
  let ends = new Uint32Array(16);
  let groups = 0;
  for (let place = 0; place < length; place++) {
    const group = groupOf(place);
    if (group === undefined) continue;
    groups = Math.max(groups, group + 1);
    if (groups > ends.length) {
      const larger = new Uint32Array(Math.max(groups, ends.length * 2));
      larger.set(ends);
      ends = larger;
    }
    ends[group]++;
  }
  ends = ends.subarray(0, groups);
  for (let group = 1; group < groups; group++) ends[group] += ends[group - 1];
  const places = new Uint32Array(groups === 0 ? 0 : ends[groups - 1]);
  const next = ends.slice();
  for (let place = length - 1; place >= 0; place--) {
    const group = groupOf(place);
    if (group !== undefined) places[--next[group]] = place;
  }
  return {
    size: places.byteLength,
    of: (group) =>
      places.subarray(
        group === 0 ? 0 : (ends.at(group - 1) ?? places.length),
        ends.at(group) ?? places.length,
      ),
  };
}
