// Gives a file to the server for import, piece by piece (web_app/track_files_api.hh), so that it is
// never in memory as a whole and the page knows how far it is. A piece that was lost on the way is
// sent again from where the server is.

import { daySpan } from './day.js';
import { goToLogIn } from './session.js';

const PIECE = 1024 * 1024;
const MOST_TRIES = 6;
const FIRST_WAIT_MS = 500;

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// { status, answer }; status 0: nobody answers.
async function sendPiece(device, query, piece, signal) {
  let response;
  try {
    response = await fetch(`/api/devices/${device}/import?${new URLSearchParams(query)}`, { method: 'POST',
      cache: 'no-store', signal, headers: { 'Content-Type': 'application/octet-stream' }, body: piece });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    return { status: 0, answer: null };
  }
  if (response.status === 401) return goToLogIn(), new Promise(() => {});
  let answer = null;
  try {
    answer = await response.json();
  } catch { /* cut off, or no JSON */ }
  return { status: response.status, answer };
}

// Says that no more comes, so that others see what there is. The server may have read some of a piece
// that was broken off.
async function breakOff(device, { upload, at }) {
  if (!upload) return;
  for (let tries = 0; tries < 3; tries++) {
    const { status, answer } = await sendPiece(device, { upload, at, stop: 1 }, new Blob([]));
    if (status !== 409) return;
    at = answer?.at ?? at;
    await wait(FIRST_WAIT_MS);
  }
}

// Gives the server's last word on the file (TrackUpload::to_json), with "error" where it could not be
// read to its end. `onProgress` is called with each answer. A signal that is aborted ends it by an
// AbortError; what was read until then is stored.
export async function uploadFile(device, file, format, { signal, onProgress }) {
  let last = { upload: 0, at: 0 };
  try {
    return await sendAll(device, file, format, { signal, onProgress: (answer) => onProgress(last = answer) });
  } catch (error) {
    if (error.name === 'AbortError') await breakOff(device, last);
    throw error;
  }
}

async function sendAll(device, file, format, { signal, onProgress }) {
  let last = { upload: 0, at: 0, read: 0, stored: 0, already: 0, refused: [] };
  for (let tries = 1; ;) {
    const piece = file.slice(last.at, last.at + PIECE);
    const isLast = last.at + piece.size >= file.size;
    const query = { upload: last.upload, at: last.at, last: isLast ? 1 : 0, ...(format ? { format } : {}) };
    const { status, answer } = await sendPiece(device, query, piece, signal);
    if (answer && Number.isInteger(answer.at)) last = answer;
    if (status === 200 && answer) {
      onProgress(last);
      if (last.done) return last;
      tries = 1;
      continue;
    }
    const mayPass = [0, 408, 409, 503].includes(status) || (status === 200 && !answer);
    if (!mayPass || tries === MOST_TRIES) {
      const words = answer?.error || (status === 0 ? 'the server does not answer' : `the server answered with status ${status}`);
      return { ...last, done: false, error: words };
    }
    await wait(FIRST_WAIT_MS * 2 ** (tries - 1));
    signal.throwIfAborted();
    tries += 1;
  }
}

// The address of a device's file. `from` and `to` are days of the browser's clock, or empty.
export function exportAddress(device, format, from, to) {
  const query = new URLSearchParams({ format });
  if (from) query.set('from', Math.max(0, daySpan(from, from).from));
  if (to) query.set('to', daySpan(to, to).to);
  return `/api/devices/${device}/export?${query}`;
}
