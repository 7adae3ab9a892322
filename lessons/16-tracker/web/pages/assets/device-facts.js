// What is said of a device in words, the same in the list and on the card. Pure.

import { formatPercent, formatSpeed } from './format.js';

export const FRESH_MS = 2 * 60 * 1000;
export const RING_AFTER_MS = 60 * 60 * 1000;
export const GREY_AFTER_MS = 24 * RING_AFTER_MS;
const STALE_SPEED_MS = 10 * 60 * 1000; // older: not how fast it is now
const STANDING_MPS = 0.3;
const LOW_BATTERY_PERCENT = 15;

export const ageNow = (last, now) => (last ? now - last.time : Infinity);

// "36 km/h", "standing", or nothing when it is not known any more.
export function movementText({ speed }, age) {
  if (speed === null || age >= STALE_SPEED_MS) return '';
  return speed < STANDING_MPS ? 'standing' : formatSpeed(speed);
}

export const isMoving = ({ speed }, age) => speed >= STANDING_MPS && age < STALE_SPEED_MS;

export const isLow = (battery) => battery !== null && battery < LOW_BATTERY_PERCENT;

export function batteryText(battery) {
  if (battery === null) return '';
  return `${formatPercent(battery)}${isLow(battery) ? ', low' : ''}`;
}
