// What a track adds up to. Pure. The rules:
//   distance     sum of the great-circle steps, gaps left out (gap.js)
//   moving time  steps at 0.5 m/s or more, gaps left out; speed as reported, else from the step
//   top speed    the highest of the track's speeds
//   climb        rises of 5 m or more above the lowest point since the last one; less is noise

const MOVING_MPS = 0.5;
const CLIMB_STEP_M = 5;

export function summarise(track) {
  const last = track.count - 1;
  const empty = track.count === 0;
  return {
    distance: empty ? NaN : track.distances[last],
    duration: empty ? NaN : track.times[last] - track.times[0],
    moving: empty ? NaN : movingTime(track, 0, last),
    topSpeed: highest(track.speeds),
    climb: climbOf(track.altitudes),
  };
}

// Milliseconds spent moving on the way from fix `from` to fix `to`.
export function movingTime(track, from, to) {
  let moving = 0;
  for (let i = from + 1; i <= to; i++) {
    if (track.breaks[i]) continue;
    const milliseconds = track.times[i] - track.times[i - 1];
    const ofStep = (track.distances[i] - track.distances[i - 1]) / (milliseconds / 1000);
    const speed = track.speedsMeasured && Number.isFinite(track.speeds[i]) ? track.speeds[i] : ofStep;
    if (speed >= MOVING_MPS) moving += milliseconds;
  }
  return moving;
}

// NaN when there is no number.
export function highest(values) {
  let found = NaN;
  for (const value of values) if (Number.isFinite(value) && !(value <= found)) found = value;
  return found;
}

export function climbOf(altitudes) {
  let climb = 0, lowest = NaN;
  for (const altitude of altitudes) {
    if (!Number.isFinite(altitude)) continue;
    if (altitude - lowest >= CLIMB_STEP_M) {
      climb += altitude - lowest;
      lowest = altitude;
    } else if (!(altitude >= lowest)) {
      lowest = altitude;
    }
  }
  return Number.isNaN(lowest) ? NaN : climb;
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
