// Which lines of latitude and longitude to draw, and what to write on them. Pure.

// Degrees between two lines: whole ones, then decimal fractions.
const STEPS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002];

// The narrowest step whose lines are at least `room` pixels apart.
export function graticuleStep(pixelsPerDegree, room) {
  let chosen = STEPS[0];
  for (const step of STEPS) {
    if (step * pixelsPerDegree >= room) chosen = step;
  }
  return chosen;
}

// The multiples of `step` from `low` to `high`. Counted, not added up, so that no error grows.
export function multiples(step, low, high) {
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(i * step);
  return found;
}

export function decimalsOf(step) {
  return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
}

// 11.55 and "E", "W" as "11.55° E"; a longitude that ran past 180 comes back.
export function degreeText(degrees, step, positive, negative) {
  const wrapped = positive === 'E' ? ((degrees + 180) % 360 + 360) % 360 - 180 : degrees;
  const text = Math.abs(wrapped).toFixed(decimalsOf(step));
  if (Number(text) === 0 || Number(text) === 180) return `${text}°`;
  return `${text}° ${wrapped < 0 ? negative : positive}`;
}
