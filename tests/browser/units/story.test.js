// Trips and stays in words; without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { canSplit, correctionsFor, factsOf, summaryOf, timesOf, titleOf } = await import(`${pages}/story.js`);

const MINUTE = 60000, HOUR = 60 * MINUTE;
const DAY = new Date(2024, 4, 10).getTime(); // local midnight
const SPAN = { from: DAY, to: DAY + 24 * HOUR };
const EIGHT = DAY + 8 * HOUR;

const home = { lat: 48.14, lon: 11.57, place: 1, name: 'Home' }, school = { lat: 48.15, lon: 11.6, place: 2, name: 'School' };
const nowhere = { lat: 48.2, lon: 11.7 };
const segment = (more) => ({ kind: 'trip', begin: EIGHT, end: EIGHT + 25 * MINUTE, is_last: false, is_cut: false,
  points: 100, way_m: 2100, gap_m: 0, gap_ms: 0, corrections: [], from: home, to: school, ...more });

test('a trip is called by where it led, as far as that has a name', () => {
  assert.equal(titleOf(segment({})), 'Home → School');
  assert.equal(titleOf(segment({ to: home })), 'Home and back');
  assert.equal(titleOf(segment({ to: nowhere })), 'From Home');
  assert.equal(titleOf(segment({ from: nowhere })), 'To School');
  assert.equal(titleOf(segment({ from: nowhere, to: nowhere })), 'Trip');
  assert.equal(titleOf(segment({ kind: 'stay', at: home })), 'Home');
  assert.equal(titleOf(segment({ kind: 'stay', at: nowhere })), 'Unnamed place');
  assert.equal(titleOf(segment({ kind: 'silence' })), 'No positions');
});

test('times name a day where it is another one', () => {
  assert.equal(timesOf(segment({}), SPAN), '08:00 – 08:25');
  assert.match(timesOf(segment({ kind: 'stay', begin: DAY - 2 * HOUR, at: home }), SPAN), /(9 May|May 9).*, 22:00 – 08:25$/);
  assert.match(timesOf(segment({ kind: 'stay', end: DAY + 31 * HOUR, at: home }), SPAN), /^08:00 – .*(11 May|May 11).*, 07:00$/);
  assert.equal(timesOf(segment({ is_cut: true }), SPAN), 'Earlier – 08:25');
  assert.equal(timesOf(segment({ end: EIGHT }), SPAN), '08:00');
});

test('facts are what is known, and an average leaves out what nobody saw', () => {
  assert.deepEqual(factsOf(segment({})), ['25 min', '2.1 km', '5.0 km/h on average']);
  assert.equal(factsOf(segment({ is_last: true })).at(-1), 'no position since');
  assert.deepEqual(factsOf(segment({ gap_m: 12000, gap_ms: 15 * MINUTE })),
    ['25 min', '2.1 km', '12.0 km unseen', '13 km/h on average']);
  assert.deepEqual(factsOf(segment({ way_m: 0, gap_m: 500000, gap_ms: 25 * MINUTE })), ['25 min', '0 m', '500 km unseen']);
  assert.deepEqual(factsOf(segment({ kind: 'stay', at: home, end: EIGHT })), ['seen once']);
  assert.deepEqual(factsOf(segment({ kind: 'silence', gap_m: 5000 })), ['25 min', '5.0 km apart']);
});

test('what may be said of each kind, of a moment within it', () => {
  const changes = (kind) => correctionsFor(segment({ kind })).map(({ change }) => change);
  assert.deepEqual([changes('stay'), changes('trip'), changes('silence')],
    [['on-the-way'], ['stayed'], ['stayed', 'on-the-way']]);
  for (const { at } of correctionsFor(segment({}))) assert.equal(at, EIGHT + 12.5 * MINUTE);
  assert.ok(canSplit(segment({}), EIGHT + 1));
  for (const moment of [EIGHT, EIGHT + 25 * MINUTE, 0]) assert.ok(!canSplit(segment({}), moment));
  assert.ok(!canSplit(segment({ kind: 'stay' }), EIGHT + 1));
});

test('a summary counts in words', () => {
  assert.equal(summaryOf([segment({}), segment({ kind: 'stay' }), segment({ kind: 'stay' })]), '1 trip, 2 stays');
});
