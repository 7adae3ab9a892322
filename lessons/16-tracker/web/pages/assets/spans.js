// Spans of days: a day, a week, a month, a year, everything, or any two days. A span is two ISO names
// of days, both of them in it. Pure.

import { addDays } from './day.js';

export const KINDS = ['day', 'week', 'month', 'year', 'all'];

const weekday = (day) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7; // Monday is 0
const lastOfMonth = (day) => {
  const [year, month] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
};

// The span of that kind in which `day` lies. `days` are the names of those with fixes, oldest first.
export function spanAround(kind, day, days) {
  if (kind === 'week') return { from: addDays(day, -weekday(day)), to: addDays(day, 6 - weekday(day)) };
  if (kind === 'month') return { from: `${day.slice(0, 8)}01`, to: lastOfMonth(day) };
  if (kind === 'year') return { from: `${day.slice(0, 4)}-01-01`, to: `${day.slice(0, 4)}-12-31` };
  if (kind === 'all') return { from: days[0] ?? day, to: days.at(-1) ?? day };
  return { from: day, to: day };
}

// The kind of a span; '' for two days of somebody's choice. A single day is always 'day'.
export function kindOf({ from, to }, days) {
  return KINDS.find((kind) => {
    const span = spanAround(kind, from, days);
    return span.from === from && span.to === to;
  }) ?? '';
}

// The nearest span of the same kind, or length, before (-1) or after (1) this one in which there are
// fixes; null if there is none.
export function neighbour(span, direction, days) {
  const day = direction < 0 ? days.findLast((one) => one < span.from) : days.find((one) => one > span.to);
  if (!day) return null;
  const kind = kindOf(span, days);
  if (kind) return spanAround(kind, day, days);
  const more = lengthOf(span) - 1;
  return direction < 0 ? { from: addDays(day, -more), to: day } : { from: day, to: addDays(day, more) };
}

// In days.
export function lengthOf({ from, to }) {
  return Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / 86400000) + 1;
}

// The days of several devices as one list, oldest first; `points` is null where one was not counted.
export function mergeDays(lists) {
  const merged = new Map();
  for (const { day, points } of lists.flat()) {
    const before = merged.get(day);
    const sum = before === undefined ? points : before === null || points === null ? null : before + points;
    merged.set(day, sum);
  }
  return [...merged].map(([day, points]) => ({ day, points })).sort((a, b) => (a.day < b.day ? -1 : 1));
}
