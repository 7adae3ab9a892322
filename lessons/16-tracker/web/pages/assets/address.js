// The history page's address says all that it shows, so that it can be kept and sent to others who may
// see it: ?device=1,2&from=2024-01-01&to=2024-12-31&zone=Pacific/Fiji, or &day=2014-09-10. What makes
// no sense counts as not said. Pure.

import { isDay } from './day.js';

const DEVICE = /^[1-9]\d{0,9}$/;

// { devices: numbers, span: { from, to } or null, zone: a name or '' }
export function readAddress(search, mostDevices) {
  const query = new URLSearchParams(search);
  const devices = query.getAll('device').flatMap((text) => text.split(',')).filter((text) => DEVICE.test(text));
  const [from, to] = [query.get('from') ?? query.get('day'), query.get('to') ?? query.get('day')].sort();
  return { devices: [...new Set(devices.map(Number))].slice(0, mostDevices),
    span: isDay(from) && isDay(to) ? { from, to } : null, zone: query.get('zone') ?? '' };
}

export function writeAddress({ devices, span, zone }) {
  const parts = [`device=${devices.join(',')}`];
  if (span && span.from === span.to) parts.push(`day=${span.from}`);
  else if (span) parts.push(`from=${span.from}`, `to=${span.to}`);
  if (zone) parts.push(`zone=${encodeURIComponent(zone).replaceAll('%2F', '/')}`);
  return `?${parts.join('&')}`;
}
