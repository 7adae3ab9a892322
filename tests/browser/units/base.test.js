// world.base as the browser reads it: bytes by hand, and the file that the build made.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { decodeBase } = await import(`${pages}/base-data.js`);

const bytes = (...parts) => Uint8Array.from(parts.flatMap((part) =>
  (typeof part === 'string' ? [...new TextEncoder().encode(part)] : [part]))).buffer;

// One triangle, no border, one label; negative steps, a number of two bytes, a name in UTF-8.
const SMALL = bytes('WMB1', 17, 1, 3, 9, 0, 0x80, 0x02, 4, 0, 0, 0x80, 0x04, 8, 0xff, 0x03, 7,
  0, 1, 2, 4, 0x80, 0x01, 5, 'Åxyz');

test('numbers, steps, boxes and names are read', () => {
  const base = decodeBase(SMALL);
  assert.equal(base.size, 131072);
  assert.deepEqual([...base.land[0].points], [-5, 0, 251, 4, -5, 0]);
  assert.deepEqual(base.land[0].box, { west: -5, north: 0, east: 251, south: 4 });
  assert.deepEqual(base.borders, []);
  assert.deepEqual(base.labels, [{ x: 1, y: 2, width: 128, name: 'Åxyz' }]);
});

test('a file that is cut short anywhere before the names is refused', () => {
  for (let length = 0; length < SMALL.byteLength - 5; length++) {
    assert.throws(() => decodeBase(SMALL.slice(0, length)), /world\.base/, `${length} bytes`);
  }
});

function covers(base, longitude, latitude) {
  const sine = Math.sin((latitude * Math.PI) / 180);
  const y = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * base.size;
  let inside = false;
  for (const { points } of base.land) {
    for (const copy of [-1, 0, 1]) {
      const x = (longitude / 360 + 0.5 + copy) * base.size;
      for (let i = 0; i + 3 < points.length; i += 2) {
        const [ax, ay, bx, by] = points.subarray(i, i + 4);
        if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
      }
    }
  }
  return inside;
}

test('the file of the build holds the world', (context) => {
  const file = process.env.WORLD_BASE ?? '';
  if (!fs.existsSync(file)) {
    console.log('SKIP: the real world.base: WORLD_BASE names no file');
    return context.skip('no world.base');
  }
  const content = fs.readFileSync(file);
  const base = decodeBase(content.buffer.slice(content.byteOffset, content.byteOffset + content.length));
  assert.ok(covers(base, 11.57, 48.14), 'Munich');
  assert.ok(covers(base, -175, 66.8), 'Chukotka, east of the date line');
  assert.ok(covers(base, 0, -88), 'the South Pole');
  assert.ok(!covers(base, -30, 40), 'the Atlantic');
  assert.ok(!covers(base, -30, 65), 'the Atlantic at the latitude of Russia');
  assert.ok(base.labels.some(({ name }) => name === 'Germany'));
  assert.ok(content.length < 300000);
});
