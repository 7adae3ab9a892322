// Correcting: what the server is asked for and told (web_app/corrections_api.hh). A failure is an
// Error whose message can be shown.

import { goToLogIn, send } from './session.js';

export const MOST_POINTS_AT_ONCE = 64; // that the server takes in one request

export async function ask(path, parameters, signal) {
  let response;
  try {
    response = await fetch(`${path}?${new URLSearchParams(parameters)}`, { signal });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server does not answer.');
  }
  if (response.status === 401) goToLogIn();
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  throw new Error(answer?.error || `The server answered with status ${response.status}.`);
}

export const tell = send;

// Does one correction to its end, a step a request; `progress(points)` hears of each. Gives back its
// number, null if nothing is left of it that could be undone, and how many points it was.
export async function correct(action, body, progress = () => {}) {
  const { device } = body;
  let answer = await tell(`/api/corrections/${action}`, body);
  let points = answer.points;
  while (!answer.done) {
    progress(answer.points);
    answer = await tell('/api/corrections/go-on', { device, correction: answer.correction });
    points = Math.max(points, answer.points);
  }
  return { correction: answer.correction, points };
}

// The same for single points, of which a request takes only some. What is hidden becomes one.
export async function correctPoints(action, device, points, progress = () => {}) {
  let correction = null, count = 0;
  for (let i = 0; i < points.length; i += MOST_POINTS_AT_ONCE) {
    const body = { device, points: points.slice(i, i + MOST_POINTS_AT_ONCE) };
    if (correction !== null) body.correction = correction;
    const answer = await tell(`/api/corrections/${action}`, body);
    count = action === 'delete' ? count + answer.points : answer.points;
    correction = answer.correction;
    progress(count);
  }
  return { correction, points: count };
}
