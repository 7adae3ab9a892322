// The server's API, one function a request. A failure is an Error whose message can be shown: what
// the server said, or that it could not be reached.

import { decodeColumns } from './columns.js';
import { goToLogIn } from './session.js';

async function answerTo(path, signal) {
  let response;
  try {
    response = await fetch(path, { signal, headers: { Accept: '*/*' } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server does not answer.');
  }
  if (response.status === 401) goToLogIn();
  return response;
}

async function get(path, signal) {
  const response = await answerTo(path, signal);
  if (!response.ok) throw new Error(await reasonOf(response));
  return response;
}

const MOST_TRIES = 8;
const LONGEST_WAIT_S = 3;

// A server that is busy with other tracks says when to ask again; that often, a page does.
async function getPatiently(path, signal) {
  for (let tries = 1; ; tries++) {
    const response = await answerTo(path, signal);
    const wait = Number(response.headers.get('Retry-After'));
    if (response.ok) return response;
    if (response.status !== 503 || !(wait > 0) || tries === MOST_TRIES) throw new Error(await reasonOf(response));
    await new Promise((resolve) => { setTimeout(resolve, Math.min(wait, LONGEST_WAIT_S) * 1000); });
  }
}

async function reasonOf(response) {
  try {
    const { error } = await response.json();
    if (typeof error === 'string' && error !== '') return error;
  } catch { /* no JSON: the status has to do */ }
  return `The server answered with status ${response.status}.`;
}

// A list that is missing or is no list counts as an empty one.
function listIn(answer, name) {
  return Array.isArray(answer?.[name]) ? answer[name] : [];
}

export async function readDevices(signal) {
  const response = await get('/api/devices', signal);
  return listIn(await response.json(), 'devices');
}

// { now: the server's clock in ms, positions: the last one of each device }
export async function readPositions(signal) {
  const response = await get('/api/positions', signal);
  const answer = await response.json();
  return { now: Number(answer.now), positions: listIn(answer, 'positions') };
}

// `offsets` decide where a day begins (Zone.changes in zone.js). Oldest first; `points` is null where
// the server did not count.
export async function readDays(device, offsets, signal) {
  const response = await get(`/api/days?device=${device}&offset=${offsets}`, signal);
  return listIn(await response.json(), 'days').sort((a, b) => (a.day < b.day ? -1 : 1));
}

// Times in ms, `to` not included. At most `max` fixes come, chosen so that the track looks the same.
// `view` asks for what can be seen of the track: { west, south, east, north, zoom } of the map.
export async function readTrack(device, from, to, max, signal, view = {}) {
  const query = new URLSearchParams({ device, from, to, ...view });
  if (max) query.set('max', max);
  const response = await getPatiently(`/api/track?${query}`, signal);
  return decodeColumns(await response.arrayBuffer());
}

// What all fixes of the span add up to; the members are named in web_app/history_api.hh.
export async function readSummary(device, from, to, signal) {
  const response = await getPatiently(`/api/summary?${new URLSearchParams({ device, from, to })}`, signal);
  return response.json();
}

// How many of the devices are a demo's; 0 if the server runs none.
export async function readDemoDevices(signal) {
  const response = await get('/api/status', signal);
  const { demo_devices: count } = await response.json();
  return Number.isInteger(count) && count > 0 ? count : 0;
}

export async function readBase(signal) {
  const response = await get('/assets/world.base', signal);
  return response.arrayBuffer();
}

// What lies beneath the tracks: { streets: { url }, tiles: { url, host, attribution }, problem }, each
// of which may be missing.
export async function readMap(signal) {
  const response = await get('/api/map', signal);
  return response.json();
}
