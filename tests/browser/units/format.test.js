// Numbers and ages as people read them; without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { formatAge, formatDay, formatDistance, formatDuration, formatMetres, formatPercent, formatSpeed } =
  await import(`${pages}/format.js`);

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
  assert.equal(formatDistance(13647), '13.6 km');
  assert.equal(formatDistance(414200), '414 km');
  assert.equal(formatDuration(40000), '40 s');
  assert.equal(formatDuration(20 * MINUTE), '20 min');
  assert.equal(formatDuration(HOUR - 1), '1:00 h');
  assert.equal(formatDuration(3 * HOUR + 5 * MINUTE), '3:05 h');
});
