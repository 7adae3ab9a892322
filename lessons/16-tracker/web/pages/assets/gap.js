// One rule, used wherever a line is drawn or a distance is summed: between two fixes that are more
// than ten minutes AND more than one kilometre apart nobody knows the way. No line is drawn there
// and nothing is counted. Ten minutes alone are a phone that saved battery while it lay still; one
// kilometre alone is a fast train. This is for the live map; tracks come with their gaps
// (trips/gap.hh).

export const GAP_MS = 10 * 60 * 1000;
export const GAP_M = 1000;

export function isGap(milliseconds, metres) {
  return milliseconds > GAP_MS && metres > GAP_M;
}
