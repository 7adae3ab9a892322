// Spans of days, the page's address, and what several tracks have in common; without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeColumns } from '../support/columns.js';
import { pages } from '../support/folders.js';

const { kindOf, lengthOf, mergeDays, neighbour, spanAround } = await import(`${pages}/spans.js`);
const { readAddress, writeAddress } = await import(`${pages}/address.js`);
const { coloursOf, makeShown, nearestMoment, reachOf } = await import(`${pages}/shown-tracks.js`);
const { decodeColumns } = await import(`${pages}/columns.js`);
const { rateFor } = await import(`${pages}/player.js`);

const DAYS = ['2014-02-27', '2014-03-03', '2023-12-31', '2024-02-28', '2024-02-29'];

test('a span lies around its day', () => {
  const rows = [
    ['day', '2024-02-29', '2024-02-29', '2024-02-29'],
    ['week', '2024-02-29', '2024-02-26', '2024-03-03'],
    ['week', '2024-03-03', '2024-02-26', '2024-03-03'], // a Sunday ends it
    ['month', '2024-02-10', '2024-02-01', '2024-02-29'],
    ['month', '2023-12-31', '2023-12-01', '2023-12-31'],
    ['year', '2024-02-29', '2024-01-01', '2024-12-31'],
    ['all', '2024-02-29', '2014-02-27', '2024-02-29'],
  ];
  for (const [kind, day, from, to] of rows) {
    assert.deepEqual(spanAround(kind, day, DAYS), { from, to }, `${kind} ${day}`);
    assert.equal(kindOf({ from, to }, DAYS), kind);
  }
  assert.equal(kindOf({ from: '2024-02-28', to: '2024-02-29' }, DAYS), '');
  assert.equal(lengthOf({ from: '2024-02-28', to: '2024-03-01' }), 3);
});

test('the next span is the nearest one with fixes', () => {
  const from = (span, direction) => neighbour(span, direction, DAYS);
  assert.deepEqual(from({ from: '2024-02-29', to: '2024-02-29' }, -1), { from: '2024-02-28', to: '2024-02-28' });
  assert.equal(from({ from: '2024-02-29', to: '2024-02-29' }, 1), null);
  assert.deepEqual(from({ from: '2024-02-01', to: '2024-02-29' }, -1), { from: '2023-12-01', to: '2023-12-31' });
  assert.deepEqual(from({ from: '2014-01-01', to: '2014-12-31' }, 1), { from: '2023-01-01', to: '2023-12-31' });
  assert.equal(from(spanAround('all', '', DAYS), -1), null);
  assert.deepEqual(from({ from: '2024-02-28', to: '2024-02-29' }, -1), { from: '2023-12-30', to: '2023-12-31' });
});

test('days of several devices are one list, and what one did not count is not counted', () => {
  assert.deepEqual(mergeDays([
    [{ day: '2024-01-02', points: 5 }, { day: '2024-01-03', points: 1 }],
    [{ day: '2024-01-01', points: null }, { day: '2024-01-03', points: 2 }, { day: '2024-01-02', points: null }]]),
  [{ day: '2024-01-01', points: null }, { day: '2024-01-02', points: null }, { day: '2024-01-03', points: 3 }]);
});

test('an address comes back as it was written, and nonsense counts as not said', () => {
  const rows = [
    ['?device=1&day=2024-02-29', { devices: [1], span: { from: '2024-02-29', to: '2024-02-29' }, zone: '' }],
    ['?device=3,1&from=2014-01-01&to=2024-12-31&zone=Pacific/Fiji',
      { devices: [3, 1], span: { from: '2014-01-01', to: '2024-12-31' }, zone: 'Pacific/Fiji' }],
    ['?device=1&day=2024-02-29&zone=Etc/GMT%2B3', { devices: [1], span: { from: '2024-02-29', to: '2024-02-29' }, zone: 'Etc/GMT+3' }],
  ];
  for (const [text, state] of rows) {
    assert.deepEqual(readAddress(text, 8), state);
    assert.equal(writeAddress(state), text);
  }
  assert.deepEqual(readAddress('?device=%00,x,-1,1e3,2,2&device=5&day=yesterday&from=1', 8), { devices: [2, 5], span: null, zone: '' });
  assert.deepEqual(readAddress('?device=1,2,3,4&from=2024-02-30&to=2024-03-01', 2), { devices: [1, 2], span: null, zone: '' });
  assert.deepEqual(readAddress('?from=2024-03-01&to=2024-02-01', 8).span, { from: '2024-02-01', to: '2024-03-01' });
});

test('devices shown together have colours of their own, and lie side by side across the date line', () => {
  assert.deepEqual(coloursOf([1, 9, 2]), [1, 2, 3]);
  assert.equal(new Set(coloursOf([8, 16, 24, 32, 40, 48, 56, 64])).size, 8);
  const all = [{ id: 1, name: 'a' }, { id: 2, name: 'b' }, { id: 3, name: 'c' }];
  const columns = (longitudes) => decodeColumns(encodeColumns(longitudes.map((longitude, i) =>
    ({ time: 1000 * (i + longitudes.length), latitude: i, longitude }))));
  const shown = makeShown(all, [1, 2, 3], [columns([179.9, -179.9]), columns([-179.8]), columns([])]);
  assert.deepEqual(shown.map(({ name }) => name), ['a', 'b']);
  const { first, last, bounds } = reachOf(shown);
  assert.deepEqual([first, last], [1000, 3000]);
  assert.ok(Math.abs(bounds[0][1] - 179.9) < 1e-6 && Math.abs(bounds[1][1] - 180.2) < 1e-6, `${bounds}`);
  assert.equal(nearestMoment(shown, shown[1].track.x[0] - 1, shown[1].track.y[0], 1e-6), 1000);
  assert.equal(nearestMoment(shown, 0.5, 0.5, 1e-6), null);
  assert.equal(makeShown(all, [1, 3], [columns([1]), columns([])])[0].colour, null, 'one alone is coloured by speed');
});

test('a long span is played in minutes, a short one as slowly as was chosen', () => {
  assert.equal(rateFor(3600000, 60), 60);
  assert.equal(rateFor(86400000, 1), 1800);
  assert.equal(rateFor(3650 * 86400000, 60), 604800, 'the fastest there is');
});
