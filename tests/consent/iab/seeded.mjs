// What the generators share: random choices that are the same each time, and bit fields of ids.

export function seeded(seed) {
  function random() {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  const below = (n) => Math.floor(random() * n);
  const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
  return {
    random,
    below,
    range,
    pick: (list) => list[below(list.length)],
    some: (list) => { const share = random(); return list.filter(() => random() < share); },
    bits: (ids, length) => range(1, length).map((id) => ids.includes(id)),
  };
}
