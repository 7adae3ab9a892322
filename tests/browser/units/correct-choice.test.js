// Which points a person means, as the server hears it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { zoneNamed } = await import(`${pages}/zone.js`);
const { boxText, localText, pointsWithin, pointText, spanOfTexts } = await import(`${pages}/correct-choice.js`);

const track = {
  count: 4, times: [1000, 2000, 3000, 4000], latitudes: [48.1, 48.2, 48.3, 48.4],
  longitudes: [11.5, 11.6, 181.25, 182],
};

test('a box is in whole numbers, and never smaller than what is seen', () => {
  assert.equal(boxText({ south: 48.00000004, west: 11, north: 48.00000006, east: 11.5 }), '480000000,110000000,480000001,115000000');
  assert.equal(boxText({ south: -95, west: -10, north: 95, east: 10 }), '-900000000,-100000000,900000000,100000000');
});

test('a box over the date line, or on another round of the map, is on the globe', () => {
  assert.equal(boxText({ south: -1, west: 179, north: 1, east: 181 }), '-10000000,1790000000,10000000,-1790000000');
  assert.equal(boxText({ south: -1, west: 370, north: 1, east: 371 }), '-10000000,100000000,10000000,110000000');
  assert.equal(boxText({ south: -1, west: -200, north: 1, east: 200 }), '-10000000,-1800000000,10000000,1800000000');
});

test('a point is its time and place as the server stores them', () => {
  assert.equal(pointText(track, 0), '1000,481000000,115000000');
  assert.equal(pointText(track, 2), '3000,483000000,-1787500000');
});

test('a time for a control is that of the zone’s clock, and comes back', () => {
  const time = Date.parse('2024-05-10T18:05:09Z');
  for (const [name, text] of [['Pacific/Fiji', '2024-05-11T06:05:09'], ['America/St_Johns', '2024-05-10T15:35:09'],
    ['', localText(time, zoneNamed(''))]]) {
    const zone = zoneNamed(name);
    assert.equal(localText(time, zone), text);
    assert.deepEqual(spanOfTexts(text, text, zone), { from: time, to: time + 1000 });
    assert.deepEqual(spanOfTexts(text.slice(0, 16), text, zone), { from: time - 9000, to: time + 1000 }, 'a control leaves out seconds that are 0');
  }
});

test('a second that the clock showed twice counts both times, and one that it leapt over is the leap', () => {
  const berlin = zoneNamed('Europe/Berlin');
  const twice = '2024-10-27T02:30:00', never = '2024-03-31T02:30:00';
  assert.deepEqual(spanOfTexts(twice, twice, berlin), { from: Date.parse('2024-10-27T00:30Z'), to: Date.parse('2024-10-27T01:30:01Z') });
  const leap = Date.parse('2024-03-31T01:00Z');
  assert.deepEqual(spanOfTexts(never, never, berlin), { from: leap, to: leap + 1000 });
});

test('two times that make no span are none', () => {
  const fiji = zoneNamed('Pacific/Fiji');
  assert.equal(spanOfTexts('', '2024-05-10T07:05:09', fiji), null);
  assert.equal(spanOfTexts('2024-05-10T07:05:09', '', fiji), null);
  assert.equal(spanOfTexts('2024-05-10T07:05:09', '2024-05-10T07:05:07', fiji), null);
});

test('the points of a span and a box are found, also beyond the date line, and not more than are asked for', () => {
  assert.deepEqual(pointsWithin(track, { from: 2000, to: 4000 }, null, 9), [1, 2]);
  const everything = { from: 0, to: 9000 };
  assert.deepEqual(pointsWithin(track, everything, { south: 48, north: 48.25, west: 11, east: 12 }, 9), [0, 1]);
  assert.deepEqual(pointsWithin(track, everything, { south: 48, north: 49, west: -179, east: -178 }, 9), [2, 3]);
  assert.deepEqual(pointsWithin(track, everything, { south: 48, north: 49, west: 170, east: 190 }, 9), [2, 3]);
  assert.deepEqual(pointsWithin(track, everything, { south: 48, north: 49, west: -180, east: 180 }, 9), [0, 1, 2, 3]);
  assert.deepEqual(pointsWithin(track, everything, null, 2), [0, 1]);
});
