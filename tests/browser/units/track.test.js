// The server's columns, tracks, figures, trails and the fleet; without a browser.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

import { encodeColumns } from '../support/columns.js';
import { pages, sharedTrips } from '../support/folders.js';

const { decodeColumns } = await import(`${pages}/columns.js`);
const { makeTrack, indexAt, nearestFix, placeAt } = await import(`${pages}/track.js`);
const { highest, stretches } = await import(`${pages}/summary.js`);
const { scaleEnd, speedClass } = await import(`${pages}/speed-scale.js`);
const { Trail } = await import(`${pages}/trail.js`);
const { Fleet } = await import(`${pages}/fleet.js`);

const near = (seen, expected, share = 0.001) =>
  assert.ok(Math.abs(seen - expected) <= Math.abs(expected) * share, `${seen} is not ${expected}`);
const trackOf = (fixes) => makeTrack(decodeColumns(encodeColumns(fixes)));
const northward = (count, step = 0.001, seconds = 10) => Array.from({ length: count }, (_, i) =>
  ({ time: 1e12 + i * seconds * 1000, latitude: 48 + i * step, longitude: 11 }));

test('columns are read as they were written; NaN stays unknown', () => {
  const columns = decodeColumns(encodeColumns([
    { time: 1e12, latitude: -17.5, longitude: 179.9999999, speed: 2.5 },
    { time: 1e12 + 1500, latitude: 48.1234567, longitude: -180, altitude: -12 }]));
  assert.equal(columns.count, 2);
  assert.equal(columns.times[1], 1e12 + 1500);
  assert.deepEqual([...columns.longitudeE7], [1799999999, -1800000000]);
  assert.deepEqual([...columns.speed], [2.5, NaN]);
  assert.deepEqual([...columns.altitude], [NaN, -12]);
  assert.deepEqual([...columns.breaks], [1, 0]);
  assert.deepEqual([columns.sampled, columns.speedsWorkedOut, columns.stride], [false, false, 1]);
  const part = decodeColumns(encodeColumns(northward(3), { stride: 7, flags: 3 }));
  assert.deepEqual([part.sampled, part.speedsWorkedOut, part.stride], [true, true, 7]);
});

test('a track that is cut short or too long is refused; an empty one is not', () => {
  const whole = encodeColumns(northward(3));
  assert.throws(() => decodeColumns(whole.slice(0, whole.byteLength - 1)), /cut short/);
  assert.throws(() => decodeColumns(whole.slice(0, 3)), /cut short/);
  assert.throws(() => decodeColumns(new ArrayBuffer(0)), /cut short/);
  assert.equal(trackOf([]).count, 0);
  assert.ok(Number.isNaN(highest(trackOf([]).speeds)));
});

test('the way along the line leaves out gaps', () => {
  const fixes = northward(3);
  fixes.push({ time: fixes[2].time + 11 * 60000, latitude: 49, longitude: 11, isBreak: true });
  const track = trackOf(fixes);
  assert.deepEqual([...track.breaks], [1, 0, 0, 1]);
  near(track.distances[3], 222.39);
});

test('a track across the date line is short', () => {
  const track = trackOf([{ time: 0, latitude: 0, longitude: 179.99 }, { time: 1000, latitude: 0, longitude: -179.99 }]);
  near(track.distances[1], 2223.9);
  near(track.longitudes[1], 180.01, 1e-9);
});

test('the table covers the whole distance', () => {
  const track = trackOf(northward(100));
  const rows = stretches(track, 24);
  assert.equal(rows.length, 24);
  near(rows.reduce((sum, row) => sum + row.distance, 0), track.distances[99], 1e-9);
  assert.equal(stretches(trackOf(northward(1)), 24).length, 1);
  assert.equal(stretches(trackOf([]), 24).length, 0);
});

test('a moment between two fixes is a place between them, but not in a gap', () => {
  const track = trackOf([...northward(2), { time: 1e12 + 3600000, latitude: 49, longitude: 11, isBreak: true }]);
  assert.equal(indexAt(track, 0), 0);
  assert.equal(indexAt(track, 1e12 + 9999), 0);
  near(placeAt(track, 1e12 + 5000).latitude, 48.0005, 1e-9);
  near(placeAt(track, 1e12 + 1800000).latitude, 48.001, 1e-9);
  near(placeAt(track, 9e12).latitude, 49, 1e-9);
  assert.equal(nearestFix(track, track.x[1], track.y[1], 1e-6), 1);
  assert.equal(nearestFix(track, 0, 0, 1e-6), -1);
});

test('the colour scale is not ruined by one wrong speed', () => {
  const speeds = [...Array(99).fill(13), 300];
  near(scaleEnd(speeds) * 3.6, 50, 1e-9);
  assert.equal(speedClass(13, scaleEnd(speeds), 10), 9);
  assert.equal(speedClass(300, 10, 10), 9);
  assert.equal(speedClass(NaN, 10, 10), -1);
  near(scaleEnd([NaN]) * 3.6, 5, 1e-9);
});

test('a trail takes each fix once and puts a late one where it belongs', () => {
  const trail = new Trail();
  for (const [time, longitude] of [[10, 1], [30, 3], [20, 2], [30, 9]]) trail.add(time, 0, longitude);
  assert.equal(trail.count, 3);
  assert.deepEqual([...trail.longitudes.slice(0, 3)], [1, 2, 3]);
  near(trail.line().x[1], 182 / 360, 1e-12);
  for (let i = 0; i < 1000; i++) trail.add(100 + i, 0, 179 + i);
  assert.equal(trail.line().x.length, 1003);
});

test('a fleet moves devices forward only, and takes no nonsense', () => {
  const fleet = new Fleet();
  fleet.setDevices([{ id: 1, name: '<b>a</b>' }, { id: 'x' }, { id: 2 }]);
  assert.equal(fleet.devices.size, 2);
  fleet.setPositions([{ device: 1, time: 100, lat: 1, lon: 2, battery_pct: 50 }, { device: 2, time: 1, lat: 'a', lon: 2 }]);
  const { changed, strangers } = fleet.applyRows([
    [1, 90, 3, 3], [1, 200, 5, 6, 'fast'], [1, 300, 999, 6], [7, 1, 1, 1], null, 'row', [2]], 0);
  assert.deepEqual([...changed], [1]);
  assert.deepEqual([...strangers], [7]);
  const { last, trail } = fleet.devices.get(1);
  assert.deepEqual([last.time, last.latitude, last.speed, last.battery], [200, 5, null, 50]);
  assert.equal(trail.count, 2, 'the late fix belongs to the trail');
  assert.equal(fleet.placed().length, 1);
});

test('a trail that was read is asked for from its end; one that was only streamed is not', () => {
  const fleet = new Fleet();
  fleet.setDevices([{ id: 1, name: 'a' }]);
  fleet.applyRows([[1, 500, 1, 1]], 100);
  assert.equal(fleet.trackWanted(1, 100), 100);
  fleet.addTrack(1, decodeColumns(encodeColumns([{ time: 200, latitude: 1, longitude: 1 }])));
  assert.equal(fleet.trackWanted(1, 100), 500);
  assert.equal(fleet.devices.get(1).trail.count, 2);
  fleet.clearTrails();
  assert.equal(fleet.trackWanted(1, 100), 100);
});

test('the Munich drive is 13 647 m long', (context) => {
  const file = `${sharedTrips}/json/barefoot_x0001-001.json`;
  if (!fs.existsSync(file)) {
    console.log('SKIP: the Munich drive: there is no ' + file);
    return context.skip('no trips');
  }
  const fixes = JSON.parse(fs.readFileSync(file)).map(({ point, time }) => {
    const [longitude, latitude] = point.slice(6, -1).split(' ').map(Number);
    return { time: Date.parse(time.replace(' ', 'T').replace(/(\d\d)$/, ':$1')), latitude, longitude };
  });
  const track = trackOf(fixes);
  assert.equal(track.count, 1194);
  near(track.distances[1193], 13647);
});

test('what was hidden is forgotten: an older position is then the last one', () => {
  const fleet = new Fleet();
  fleet.setDevices([{ id: 1, name: 'a' }]);
  fleet.applyRows([[1, 500, 5, 5]], 100);
  fleet.setPositions([{ device: 1, time: 400, lat: 4, lon: 4 }]);
  assert.equal(fleet.devices.get(1).last.time, 500, 'late news does not move it back');
  fleet.forgetPlaces();
  assert.equal(fleet.placed().length, 0);
  fleet.setPositions([{ device: 1, time: 400, lat: 4, lon: 4 }]);
  assert.equal(fleet.devices.get(1).last.latitude, 4);
  assert.equal(fleet.devices.get(1).trail.count, 0);
});
