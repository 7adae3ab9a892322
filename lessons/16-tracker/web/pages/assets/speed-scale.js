// Which colour a speed has. The scale of a track ends at a round number above nearly all of its
// speeds, so that one wrong fix does not make everything else look slow. Pure.

const ROUND_KMH = [5, 10, 20, 30, 50, 80, 100, 130, 160, 200, 300, 500, 1000];
const SHARE_ON_SCALE = 0.98;

// The end of the scale in m/s.
export function scaleEnd(speeds) {
  const known = Float32Array.from(speeds).filter(Number.isFinite).sort();
  if (known.length === 0) return ROUND_KMH[0] / 3.6;
  const high = known[Math.floor((known.length - 1) * SHARE_ON_SCALE)] * 3.6;
  return (ROUND_KMH.find((kmh) => kmh >= high) ?? ROUND_KMH.at(-1)) / 3.6;
}

// 0..classes-1; -1 for a speed that is not known.
export function speedClass(speed, end, classes) {
  if (!Number.isFinite(speed)) return -1;
  return Math.max(0, Math.min(classes - 1, Math.floor((speed / end) * classes)));
}
