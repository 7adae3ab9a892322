// Places, the date line, gaps, tracks and what they add up to; without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { boundsOf, distanceMetres, isPlace, mercatorX, mercatorY, nearestCopy, unwrapLongitudes } =
  await import(`${pages}/geo.js`);
const { isGap } = await import(`${pages}/gap.js`);
const { graticuleStep, multiples, degreeText } = await import(`${pages}/graticule.js`);
const { visitVisible } = await import(`${pages}/polyline.js`);

const near = (seen, expected, tolerance) =>
  assert.ok(Math.abs(seen - expected) <= tolerance, `${seen} is not ${expected} ± ${tolerance}`);

test('a degree on the equator and a quarter of a meridian have their known lengths', () => {
  near(distanceMetres(0, 0, 0, 1), 111195, 1);
  near(distanceMetres(0, 0, 90, 0), 10007557, 1);
  near(distanceMetres(0, 179.5, 0, -179.5), 111195, 1);
  assert.equal(distanceMetres(48, 11, 48, 11), 0);
  near(distanceMetres(0, 0, 0, 180), 20015115, 1);
});

test('mercator has the world in the unit square', () => {
  near(mercatorX(-180), 0, 1e-12);
  near(mercatorX(180), 1, 1e-12);
  near(mercatorY(85.05112878), 0, 1e-9);
  near(mercatorY(-85.05112878), 1, 1e-9);
  assert.ok(Number.isFinite(mercatorY(90)) && Number.isFinite(mercatorY(-90)));
});

test('longitudes run on past the date line, both ways and more than once round', () => {
  assert.deepEqual([...unwrapLongitudes([179, -179, -178, 179])], [179, 181, 182, 179]);
  assert.deepEqual([...unwrapLongitudes([-179, 179])], [-179, -181]);
  assert.deepEqual([...unwrapLongitudes([0, 120, -120, 0, 120])], [0, 120, 240, 360, 480]);
  assert.deepEqual([...unwrapLongitudes([])], []);
  assert.equal(nearestCopy(-179, 539), 541);
});

test('without unwrapping, a track across Fiji would span the whole map', () => {
  const raw = [179.5, -179.5], latitudes = [-17, -17];
  const width = ([[, west], [, east]]) => east - west;
  assert.equal(width(boundsOf(latitudes, raw)), 359);
  assert.equal(width(boundsOf(latitudes, unwrapLongitudes(raw))), 1);
  assert.equal(boundsOf([], []), null);
});

test('only numbers within the globe are a place', () => {
  assert.ok(isPlace(-90, 180));
  for (const odd of [[91, 0], [0, 181], [NaN, 0], [null, 1], ['48', 11], [undefined, 1]]) {
    assert.ok(!isPlace(...odd), String(odd));
  }
});

test('a gap is more than ten minutes and more than a kilometre, not one of them', () => {
  assert.ok(isGap(600001, 1001));
  assert.ok(!isGap(600000, 5000));
  assert.ok(!isGap(9e9, 1000));
});

test('graticule lines are apart enough, and their names come back at the date line', () => {
  assert.equal(graticuleStep(100, 110), 2);
  assert.equal(graticuleStep(1e9, 110), 0.0002);
  assert.equal(graticuleStep(1, 110), 10);
  assert.deepEqual(multiples(0.5, -0.6, 0.6), [-0.5, -0, 0.5].map((x) => x + 0));
  assert.equal(degreeText(181, 1, 'E', 'W'), '179° W');
  assert.equal(degreeText(-180, 1, 'E', 'W'), '180°');
  assert.equal(degreeText(11.55, 0.05, 'E', 'W'), '11.55° E');
  assert.equal(degreeText(-17.5, 0.5, 'N', 'S'), '17.5° S');
});

test('only strokes that can be seen are drawn, small steps together, none across a break', () => {
  const view = { world: 1000, left: 0, top: 0, width: 100, height: 100 };
  const strokes = (x, breaks) => {
    const seen = [];
    const line = { x, y: x.map(() => 0.05), count: x.length, breaks };
    visitVisible(line, view, 0, (fromX, fromY, toX, toY, i, joined) => seen.push([i, joined]));
    return seen;
  };
  assert.deepEqual(strokes([0.01, 0.02, 0.03], [1, 0, 0]), [[1, false], [2, true]]);
  assert.deepEqual(strokes([0.01, 0.02, 0.03], [1, 0, 1]), [[1, false]]);
  assert.deepEqual(strokes([0.01, 0.0101, 0.0102, 0.03], [1, 0, 0, 0]), [[3, false]]);
  assert.deepEqual(strokes([0.5, 0.6, 0.7], [1, 0, 0]), []);
  assert.equal(strokes([-0.5, 0.6], [1, 0]).length, 1, 'a stroke right across the view is seen');
});
