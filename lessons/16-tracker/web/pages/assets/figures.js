// Puts the figures of a track, its table and its legend into the page.

import { formatCount, formatDayAndMonth, formatDistance, formatDuration, formatMetres, formatShortTime,
  formatSpeed, formatTime } from './format.js';
import { stretches, summarise } from './summary.js';
import { theme } from './theme.js';

const TABLE_ROWS = 24;
const DAY_MS = 24 * 60 * 60 * 1000;

const element = (id) => document.getElementById(id);

export function showFigures(track) {
  const summary = summarise(track);
  const texts = {
    distance: formatDistance(summary.distance), moving: formatDuration(summary.moving),
    duration: formatDuration(summary.duration), 'top-speed': formatSpeed(summary.topSpeed),
    climb: formatMetres(summary.climb), fixes: track.count.toLocaleString(),
  };
  for (const [id, text] of Object.entries(texts)) element(id).textContent = text;
  element('distance').dataset.metres = summary.distance;
  element('key-altitude').hidden = Number.isNaN(summary.climb);
  element('remark').textContent = remarks(track).join(' ');
  showTable(track);
  return `${texts.distance} in ${texts.duration}, ${formatCount(track.count, 'fix', 'fixes')}`;
}

function remarks(track) {
  const found = [];
  const gaps = track.breaks.reduce((sum, gap) => sum + gap, 0) - 1;
  if (!track.speedsMeasured) found.push('The device sent no speed; it was worked out from the positions.');
  if (gaps > 0) found.push(`${formatCount(gaps, 'gap', 'gaps')} of more than 10 minutes and 1 km: no line is drawn and nothing is counted there.`);
  if (track.thinned) found.push('So many fixes that only a part was read; the figures are a little low.');
  return found;
}

function showTable(track) {
  const long = track.times[track.count - 1] - track.times[0] > DAY_MS;
  const name = (time) => (long ? `${formatDayAndMonth(time)} ${formatShortTime(time)}` : formatShortTime(time));
  const rows = stretches(track, TABLE_ROWS).map((stretch) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = name(stretch.from);
    row.append(head);
    for (const text of [formatDistance(stretch.distance), formatSpeed(stretch.meanSpeed),
      formatSpeed(stretch.topSpeed), formatMetres(stretch.altitude)]) {
      row.insertCell().textContent = text;
    }
    return row;
  });
  element('table').replaceChildren(...rows);
}

// The colours from slow to fast; `end` is the speed of the last one in m/s.
export function showLegend(end) {
  element('legend-end').textContent = `${Math.round(end * 3.6)} km/h`;
  element('legend-bar').replaceChildren(...theme().speeds.map((colour) => {
    const part = document.createElement('span');
    part.style.backgroundColor = colour;
    return part;
  }));
}

// One line about one fix.
export function readoutOf(track, index, time) {
  const long = track.times[track.count - 1] - track.times[0] > DAY_MS;
  const parts = [`${long ? `${formatDayAndMonth(time)} ` : ''}${formatTime(time)}`];
  if (Number.isFinite(track.speeds[index])) parts.push(formatSpeed(track.speeds[index]));
  if (Number.isFinite(track.altitudes[index])) parts.push(formatMetres(track.altitudes[index]));
  parts.push(formatDistance(track.distances[index]));
  return parts.join(' · ');
}
