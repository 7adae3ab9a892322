// A made town on both sides of a made river, in the layers of the Protomaps basemap: what tests draw streets
// from. Its long road runs along 48.14 N, where trips.js rides.

import { encodePmtiles } from './pmtiles.js';
import { encodeTile, EXTENT, LINE, POINT, POLYGON } from './vector-tile.js';

export const TOWN = { west: 11.53, south: 48.112, east: 11.65, north: 48.168 };
export const LONG_ROAD = 48.14;

const METRES_A_DEGREE = 111195, COSINE = Math.cos((LONG_ROAD * Math.PI) / 180);
const LEAST_ZOOM = 10, GREATEST_ZOOM = 14;
const MARGIN = 200; // units beyond a tile's edge in which something is still drawn into it
const WORDS = ['Linden', 'Mühl', 'Garten', 'Kirch', 'Schul', 'Berg', 'Brücken', 'Rosen', 'Ufer', 'Markt', 'Turm', 'Hof'];
const ENDS = ['straße', 'weg', 'gasse', 'allee'];

// Metres east and north of the middle, as [longitude, latitude].
const middle = [(TOWN.west + TOWN.east) / 2, LONG_ROAD];
const place = ([east, north]) => [middle[0] + east / (METRES_A_DEGREE * COSINE), middle[1] + north / METRES_A_DEGREE];
const box = (east, north, width, height) =>
  [[east, north], [east + width, north], [east + width, north + height], [east, north + height]].map(place);
const river = (east) => 620 + 260 * Math.sin(east / 1500) + 90 * Math.sin(east / 430);
const steps = (from, to, step) => Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

// The same town each time.
function* dice() {
  for (let state = 7; ; state = (state * 48271) % 2147483647) yield state / 2147483647;
}

function roads() {
  const list = [];
  const add = (kind, name, line, from = 0) => list.push({ layer: 'roads', type: LINE, from, props: { kind, name }, lines: [line.map(place)] });
  const bend = (east, north) => [east + 40 * Math.sin(north / 500), north + (Math.abs(north) < 1 ? 0 : 30 * Math.sin(east / 700))];
  steps(-4200, 4200, 130).forEach((east, i) => {
    const kind = i % 6 === 2 ? 'major_road' : 'minor_road';
    add(kind, `${WORDS[i % 12]}${ENDS[i % 4]}`, steps(-2600, i % 6 === 2 ? 2900 : river(east) - 60, 180).map((north) => bend(east, north)),
      kind === 'major_road' ? 0 : 12);
  });
  steps(-2600, 400, 150).forEach((north, i) => {
    if (Math.abs(north) < 80) return;
    add(i % 5 === 1 ? 'major_road' : 'minor_road', `${WORDS[(i + 5) % 12]}${ENDS[(i + 1) % 4]}`,
      steps(-4200, 4200, 200).map((east) => bend(east, north)), i % 5 === 1 ? 0 : 12);
  });
  add('major_road', 'Lange Straße', [[-4400, 0], [4400, 0]]);
  add('highway', 'A 99', steps(-4500, 4500, 90).map((east) => [east, -2300 + 250 * Math.cos(east / 1900)]));
  for (const [side, more] of [[-1, { is_link: true }], [1, { is_tunnel: true }]]) {
    add('highway', '', steps(0, 700, 70).map((north) => [1500 * side - 300 + north / 3, -2200 + north]));
    Object.assign(list.at(-1).props, more);
  }
  add('path', 'Uferweg', steps(-4400, 4400, 40).map((east) => [east, river(east) + 70]), 12);
  add('rail', '', steps(-4500, 4500, 90).map((east) => [east, -1150 - east / 6]));
  return list;
}

function land() {
  const area = (layer, props, ring, from = 0) => ({ layer, type: POLYGON, from, props, lines: [ring] });
  const bank = (side) => steps(-4600, 4600, 40).map((east) => place([east, river(east) + side]));
  return [
    area('earth', {}, [[TOWN.west, TOWN.south], [TOWN.east, TOWN.south], [TOWN.east, TOWN.north], [TOWN.west, TOWN.north]]),
    area('landuse', { kind: 'residential' }, box(-4250, -2650, 8500, 3100)),
    area('landuse', { kind: 'forest' }, [[-4400, 1500], [-2600, 1250], [-1500, 2000], [-1200, 3000], [-4400, 3050]].map(place)),
    area('landuse', { kind: 'park' }, [[600, 30], [1180, 30], [1180, 300], [900, 420], [600, 300]].map(place)),
    area('landuse', { kind: 'cemetery' }, box(-2700, -900, 380, 280)),
    area('landuse', { kind: 'industrial' }, box(2600, -1500, 1500, 900)),
    area('landuse', { kind: 'hospital' }, box(-900, -590, 250, 140)),
    area('water', { kind: 'river' }, [...bank(-38), ...bank(38).reverse()]),
    area('water', { kind: 'lake' }, steps(0, 6.2, 0.2).map((angle) => place([2300 + 520 * Math.cos(angle), 1900 + 330 * Math.sin(angle)]))),
  ];
}

// In the blocks between the streets.
function buildings() {
  const chance = dice();
  const next = () => chance.next().value;
  return steps(-4170, 4100, 65).flatMap((east) => steps(-2530, 300, 50).filter(() => next() > 0.55).map((north) => ({
    layer: 'buildings', type: POLYGON, from: 14, props: { kind: 'building' },
    lines: [box(east + 8 + 6 * next(), north + 8 + 40 * Math.sin(east / 700) / 3, 18 + 24 * next(), 12 + 16 * next())] })));
}

function names() {
  const point = (layer, props, at, from = 0) => ({ layer, type: POINT, from, props, lines: [[place(at)]] });
  return [
    point('places', { kind: 'locality', kind_detail: 'town', name: 'Auenstadt', 'name:en': 'Auenstadt', min_zoom: 6, population_rank: 9 }, [300, -120]),
    point('places', { kind: 'neighbourhood', name: 'Südviertel' }, [-700, -1500], 12),
    point('places', { kind: 'neighbourhood', name: 'Uferviertel' }, [1500, 330], 12),
    point('water', { kind: 'lake', name: 'Stadtweiher' }, [2300, 1900], 11),
    point('pois', { kind: 'hospital', name: 'Krankenhaus', min_zoom: 14 }, [-780, -520], 14),
    point('pois', { kind: 'park', name: 'Rosengarten', min_zoom: 14 }, [880, 180], 14),
  ];
}

function mercator([longitude, latitude]) {
  const sine = Math.sin((latitude * Math.PI) / 180);
  return [longitude / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

function boxOf(lines) {
  const box = { west: Infinity, east: -Infinity, north: Infinity, south: -Infinity };
  for (const line of lines) {
    for (const [x, y] of line) {
      box.west = Math.min(box.west, x);
      box.east = Math.max(box.east, x);
      box.north = Math.min(box.north, y);
      box.south = Math.max(box.south, y);
    }
  }
  return box;
}

function inMercator(feature) {
  const lines = feature.lines.map((line) => line.map(mercator));
  return { ...feature, lines, box: boxOf(lines) };
}

function tile(features, { z, x, y }) {
  const layers = {}, tiles = 2 ** z, margin = MARGIN / EXTENT;
  for (const { layer, type, from, props, lines, box: { west, east, north, south } } of features) {
    if (z < from || east * tiles < x - margin || west * tiles > x + 1 + margin ||
      south * tiles < y - margin || north * tiles > y + 1 + margin) continue;
    const local = lines.map((line) => line.map((point) => [(point[0] * tiles - x) * EXTENT, (point[1] * tiles - y) * EXTENT]));
    (layers[layer] ??= []).push({ type, lines: local, props });
  }
  return { z, x, y, bytes: encodeTile(layers) };
}

// With `flooded` the town is a lake. `attribution` goes into the file.
export function makeTown({ flooded = false, attribution = '<a href="https://x">Made</a> by a test' } = {}) {
  const features = (flooded ? [{ ...land()[0], layer: 'water', props: { kind: 'lake' } }]
    : [...land(), ...buildings(), ...roads(), ...names()]).map(inMercator);
  const corners = boxOf([[[TOWN.west, TOWN.south], [TOWN.east, TOWN.north]].map(mercator)]);
  const tiles = [];
  for (let z = LEAST_ZOOM; z <= GREATEST_ZOOM; z++) {
    const [left, right, top, bottom] = ['west', 'east', 'north', 'south'].map((side) => Math.floor(corners[side] * 2 ** z));
    for (let x = left; x <= right; x++) for (let y = top; y <= bottom; y++) tiles.push(tile(features, { z, x, y }));
  }
  const layers = ['earth', 'landuse', 'water', 'roads', 'buildings', 'places', 'pois'];
  return encodePmtiles(tiles, TOWN, { name: 'Auenstadt', attribution, vector_layers: layers.map((id) => ({ id, fields: {} })) });
}
