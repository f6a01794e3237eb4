/** A generator of numbers below a bound, the same for the same seed (mulberry32). */
export type Random = (below: number) => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const NASTY = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  1n << 63n,
  (1n << 64n) - 1n,
];

/** A copy with up to eight changes, most of them near `hotspots`: where headers begin. */
export function mutated(bytes: Buffer, hotspots: readonly number[], random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let change = random(8); change >= 0; change--) {
    const near = hotspots[random(hotspots.length * 2)];
    const at = Math.min(
      near === undefined ? random(copy.length) : near + random(1024),
      copy.length - 8,
    );
    switch (random(5)) {
      case 0:
        copy[at] = random(256);
        break;
      case 1:
        copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
        break;
      case 2:
        copy.writeBigUInt64LE(NASTY[random(NASTY.length)] ?? 0n, at - (at % 8));
        break;
      case 3:
        copy.writeUInt32BE(
          Number((NASTY[random(NASTY.length)] ?? 0n) & 0xffff_ffffn),
          at - (at % 4),
        );
        break;
      default:
        copy.copyWithin(at, random(copy.length), random(copy.length));
    }
  }
  return random(4) === 0 ? copy.subarray(0, random(copy.length)) : copy;
}
