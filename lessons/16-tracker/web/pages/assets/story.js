// Trips and stays in words. Pure. A segment is as the server tells it (web_app/trip_api.hh).

import { formatDate, formatDistance, formatDuration, formatShortTime, formatSpeed } from './format.js';

// What the words begin with for a screen reader, and what the list marks by shape.
export const KIND_NAMES = { stay: 'Stay', trip: 'Trip', silence: 'No positions' };

const nameOf = (spot) => spot?.name ?? null;

export function titleOf(segment) {
  if (segment.kind === 'stay') return nameOf(segment.at) ?? 'Unnamed place';
  if (segment.kind === 'silence') return 'No positions';
  const [from, to] = [nameOf(segment.from), nameOf(segment.to)];
  if (from && from === to) return `${from} and back`;
  if (from && to) return `${from} → ${to}`;
  if (from) return `From ${from}`;
  return to ? `To ${to}` : 'Trip';
}

// "08:10 – 08:35"; a day is named where it is not one of those that are looked at, or not the same.
export function timesOf(segment, span) {
  const moment = (time, day) => {
    const own = formatDate(time);
    return own === day ? formatShortTime(time) : `${own}, ${formatShortTime(time)}`;
  };
  const first = formatDate(Math.max(segment.begin, span.from));
  const begin = segment.is_cut ? 'Earlier' : moment(segment.begin, first);
  return segment.begin === segment.end ? begin : `${begin} – ${moment(segment.end, first)}`;
}

export function factsOf(segment) {
  const duration = segment.end - segment.begin;
  const long = formatDuration(duration);
  const end = segment.is_last ? ['no position since'] : [];
  if (segment.kind === 'stay') return [duration > 0 ? long : 'seen once', ...end];
  if (segment.kind === 'silence') return [long, `${formatDistance(segment.gap_m)} apart`];
  const seen = duration - segment.gap_ms;
  const facts = [long, formatDistance(segment.way_m)];
  if (segment.gap_m > 0) facts.push(`${formatDistance(segment.gap_m)} unseen`);
  if (seen > 0 && segment.way_m > 0) facts.push(`${formatSpeed(segment.way_m / (seen / 1000))} on average`);
  return [...facts, ...end];
}

// What a person may say of it, likeliest first. The server is told a moment within it.
export function correctionsFor(segment) {
  const at = Math.floor((segment.begin + segment.end) / 2);
  const onTheWay = { change: 'on-the-way', at, text: segment.kind === 'stay'
    ? 'Only waited: part of the trip' : 'Was on the way' };
  const stayed = { change: 'stayed', at, text: segment.kind === 'trip'
    ? 'Did not leave: part of the stay' : 'Was there all the time' };
  return { stay: [onTheWay], trip: [stayed], silence: [stayed, onTheWay] }[segment.kind];
}

// A trip is split at the moment that the page shows, if that lies within.
export function canSplit(segment, moment) {
  return segment.kind === 'trip' && moment > segment.begin && moment < segment.end;
}

// "2 trips, 3 stays": said when the list has changed.
export function summaryOf(segments) {
  const count = (kind) => segments.filter((segment) => segment.kind === kind).length;
  const [trips, stays] = [count('trip'), count('stay')];
  return `${trips} ${trips === 1 ? 'trip' : 'trips'}, ${stays} ${stays === 1 ? 'stay' : 'stays'}`;
}
