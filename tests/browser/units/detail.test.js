// What of the world is asked for; without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { viewOf } = await import(`${pages}/track-detail.js`);

const view = (west, south, east, north, zoom = 5) => viewOf({ zoom, bounds: {
  getWest: () => west, getEast: () => east, getSouth: () => south, getNorth: () => north } });

test('a view of the map is asked for within the world, across the date line too', () => {
  assert.deepEqual(view(10, 40, 20, 50), { west: 10, south: 40, east: 20, north: 50, zoom: 5 });
  assert.deepEqual(view(370, 40, 380, 50), { west: 10, south: 40, east: 20, north: 50, zoom: 5 });
  assert.deepEqual(view(175, -20, 185, -10), { west: 175, south: -20, east: -175, north: -10, zoom: 5 });
  assert.deepEqual(view(-200, -95, 190, 95, 0.5), { west: -180, south: -90, east: 180, north: 90, zoom: 0.5 });
  assert.equal(view(10, 40, 20, 50, 30).zoom, 24);
});
