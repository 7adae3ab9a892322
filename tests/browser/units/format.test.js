// Numbers and ages as people read them; without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { formatAge, formatCourse, formatCourseArrow, formatDay, formatDistance, formatDuration, formatMetres, formatPercent, formatPlace, formatSpeed } =
  await import(`${pages}/format.js`);
const { batteryText, isLow, isMoving, movementText } = await import(`${pages}/device-facts.js`);

const MINUTE = 60000, HOUR = 60 * MINUTE;

test('ages are rounded down, in words', () => {
  const expected = [[-5000, 'now'], [9999, 'now'], [59999, '59 s ago'], [3 * MINUTE, '3 min ago'],
    [HOUR - 1, '59 min ago'], [23 * HOUR, '23 h ago'], [24 * HOUR, '1 day ago'], [72 * HOUR, '3 days ago']];
  for (const [age, text] of expected) assert.equal(formatAge(age), text);
});

test('what is not known is a dash, never NaN', () => {
  for (const format of [formatAge, formatSpeed, formatDistance, formatMetres, formatPercent, formatDuration]) {
    for (const odd of [null, undefined, NaN, Infinity]) assert.equal(format(odd), '–');
  }
  assert.equal(formatDay('no day'), '–');
});

test('units change where people change them', () => {
  assert.equal(formatSpeed(1), '3.6 km/h');
  assert.equal(formatSpeed(0), '0 km/h');
  assert.equal(formatSpeed(27.8), '100 km/h');
  assert.equal(formatDistance(999), '999 m');
  assert.equal(formatDistance(999.6), '1.0 km');
  assert.equal(formatDistance(13647), '13.6 km');
  assert.equal(formatDistance(414200), '414 km');
  assert.equal(formatDuration(40000), '40 s');
  assert.equal(formatDuration(20 * MINUTE), '20 min');
  assert.equal(formatDuration(HOUR - 1), '1:00 h');
  assert.equal(formatDuration(3 * HOUR + 5 * MINUTE), '3:05 h');
});

test('a course is one of eight ways, whatever turn it is of', () => {
  for (const [degrees, way, arrow] of [[0, 'north', '↑'], [22, 'north', '↑'], [23, 'north-east', '↗'], [90, 'east', '→'],
    [359, 'north', '↑'], [-90, 'west', '←'], [585, 'south-west', '↙']]) {
    assert.deepEqual([formatCourse(degrees), formatCourseArrow(degrees)], [way, arrow]);
  }
  assert.equal(formatCourse(null), '');
  assert.equal(formatCourseArrow(NaN), '');
});

test('a place is two numbers that other maps take', () => {
  assert.equal(formatPlace(-17.5, 179.999999), '-17.50000, 180.00000');
  assert.equal(formatPlace(null, 3), '–');
});

test('a speed is told while it is one of now', () => {
  assert.equal(movementText({ speed: 10 }, MINUTE), '36 km/h');
  assert.equal(movementText({ speed: 0.2 }, MINUTE), 'standing');
  assert.equal(movementText({ speed: 10 }, 10 * MINUTE), '');
  assert.equal(movementText({ speed: null }, 0), '');
  assert.deepEqual([isMoving({ speed: 10 }, 0), isMoving({ speed: 10 }, HOUR), isMoving({ speed: null }, 0)], [true, false, false]);
});

test('a battery is low under 15 %, and not when nothing is known', () => {
  assert.deepEqual([isLow(14.9), isLow(15), isLow(null)], [true, false, false]);
  assert.equal(batteryText(9), '9\u00a0%, low');
  assert.equal(batteryText(null), '');
});
