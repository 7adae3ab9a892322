// What the server knows of trips, stays and places, and what a person says of them
// (web_app/trip_api.hh). A failure is an Error whose message can be shown.

import { read, send } from './session.js';

// { may_change, may_name, segments }
export async function readTrips(device, from, to, signal) {
  const answer = await read(`/api/trips?${new URLSearchParams({ device, from, to })}`);
  signal?.throwIfAborted(); // the page has gone on to something else
  return { ...answer, segments: Array.isArray(answer.segments) ? answer.segments : [] };
}

// `change` is the last part of the path.
export const correctTrip = (change, device, at) => send(`/api/trips/${change}`, { device, at });
export const undoCorrection = (device, correction) => send('/api/trips/undo', { device, correction });

// { may_change, places }
export async function readPlaces() {
  const answer = await read('/api/places');
  return { ...answer, places: Array.isArray(answer.places) ? answer.places : [] };
}

// With a number in `place` it is changed, without one it is added.
export const savePlace = (place) => send(place.place ? '/api/places/change' : '/api/places/add', place);
export const removePlace = (place) => send('/api/places/remove', { place });
