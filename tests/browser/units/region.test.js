// The part of the world that a map file has.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { isWithin, regionOf } = await import(path.join(pages, 'region.js'));

const bavaria = { minZoom: 0, maxZoom: 15, minLon: 8.9, maxLon: 13.9, minLat: 47.2, maxLat: 50.6 };
const world = { minZoom: 0, maxZoom: 15, minLon: -180, maxLon: 180, minLat: -85, maxLat: 85 };

test('a region is drawn from where it fills half a tile, the world from everywhere', () => {
  assert.equal(regionOf(bavaria).leastZoom, 6);
  assert.equal(regionOf(world).leastZoom, 0);
  assert.equal(regionOf({ ...world, minZoom: 6 }).leastZoom, 7);
  assert.equal(regionOf({ ...bavaria, minLon: 11.5, maxLon: 11.6, minLat: 48.1, maxLat: 48.2, maxZoom: 5 }).leastZoom, 6);
});

test('what a file says of its bounds may be nonsense', () => {
  for (const odd of [{ minLon: 20 }, { minLon: NaN }, { minLat: 60 }, { minLon: 13.9 }]) {
    const region = regionOf({ ...bavaria, ...odd });
    assert.deepEqual([region.west, region.east, region.north, region.south], [0, 1, 0, 1]);
  }
  const wide = regionOf({ ...bavaria, minLon: -900, maxLon: 900 });
  assert.deepEqual([wide.west, wide.east], [0, 1]);
});

test('a tile is within if it has something of the region, on each copy of the world', () => {
  const region = regionOf(bavaria);
  for (const turn of [-1024, -512, 0, 512]) {
    assert.ok(isWithin(region, { z: 9, x: 273 + turn, y: 177 })); // Munich
    assert.ok(!isWithin(region, { z: 9, x: 150 + turn, y: 177 }));
  }
  assert.ok(isWithin(region, { z: 0, x: 0, y: 0 }));
  assert.ok(!isWithin(region, { z: 9, x: 273, y: 250 }));
  const fiji = regionOf({ ...bavaria, minLon: 176, maxLon: 180, minLat: -20, maxLat: -15 });
  assert.ok(isWithin(fiji, { z: 5, x: -1, y: 17 })); // left of the date line, seen from the right of it
  assert.ok(!isWithin(fiji, { z: 5, x: 0, y: 17 }));
});
