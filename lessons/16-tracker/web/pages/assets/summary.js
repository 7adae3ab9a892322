// A track in words of numbers: the text alternative of the chart. What a span adds up to is counted
// by the server, from all of its fixes (trips/track_sum.hh). Pure.

// NaN when there is no number.
export function highest(values) {
  let found = NaN;
  for (const value of values) if (Number.isFinite(value) && !(value <= found)) found = value;
  return found;
}

// The track in at most `rows` stretches of equal time, as a table says it: the text alternative of
// the chart. A stretch without a fix is left out.
export function stretches(track, rows) {
  if (track.count === 0) return [];
  const start = track.times[0], span = (track.times[track.count - 1] - start) / rows || 1;
  const found = [];
  for (let from = 0; from < track.count;) {
    const row = Math.min(rows - 1, Math.floor((track.times[from] - start) / span));
    let to = from;
    while (to + 1 < track.count && (row === rows - 1 || track.times[to + 1] < start + (row + 1) * span)) to += 1;
    const speeds = track.speeds.subarray(from, to + 1), altitudes = track.altitudes.subarray(from, to + 1);
    found.push({
      from: track.times[from], to: track.times[to],
      distance: track.distances[to] - track.distances[Math.max(0, from - 1)],
      meanSpeed: mean(speeds), topSpeed: highest(speeds), altitude: mean(altitudes),
    });
    from = to + 1;
  }
  return found;
}

function mean(values) {
  let sum = 0, count = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count += 1;
  }
  return count > 0 ? sum / count : NaN;
}
