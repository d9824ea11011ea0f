import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RecentMap } from '../../src/engine/recentMap.ts';

describe('a map of what was used last', () => {
  it('drops what was used longest ago, and looking does not count as use', () => {
    const map = new RecentMap<string, number>(2);
    assert.deepEqual([map.set('a', 1), map.set('b', 2)], [[], []]);
    assert.equal(map.get('a'), 1);
    assert.equal(map.peek('b'), 2);
    assert.deepEqual(map.set('c', 3), [2]);
    assert.deepEqual(
      [...map],
      [
        ['a', 1],
        ['c', 3],
      ],
    );
  });

  it('holds the last of all that was set and used', () => {
    const step = fc.record({ key: fc.nat(6), isSet: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 4 }), (steps, most) => {
        const map = new RecentMap<number, number>(most);
        let used: number[] = [];
        for (const { key, isSet } of steps) {
          if (!isSet && !used.includes(key)) continue;
          used = [...used.filter((one) => one !== key), key];
          const dropped = isSet ? map.set(key, key) : [];
          if (!isSet) assert.equal(map.get(key), key);
          assert.deepEqual(dropped, used.slice(0, -most));
          used = used.slice(-most);
          assert.deepEqual([...map.keys()], used);
        }
      }),
    );
  });
});
