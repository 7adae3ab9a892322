// What stands under a chart, as coarse as its steps are. Pure.

import { formatDayAndMonth, formatMonth, formatShortTime, formatTime, formatYear } from './format.js';

const MINUTE_S = 60, DAY_S = 24 * 60 * MINUTE_S;

function nameOf(step) {
  if (step >= 360 * DAY_S) return formatYear;
  if (step >= 27 * DAY_S) return formatMonth;
  if (step >= 0.9 * DAY_S) return formatDayAndMonth; // one in which the clock changed is shorter
  return step >= MINUTE_S ? formatShortTime : formatTime;
}

// `splits` are seconds since 1970 or kilometres.
export function chartAxis(splits, against) {
  if (against === 'distance') return splits.map((km) => `${km.toLocaleString()} km`);
  const name = nameOf(splits.length > 1 ? splits[1] - splits[0] : 0);
  return splits.map((seconds) => name(seconds * 1000));
}
