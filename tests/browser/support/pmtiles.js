// Writes PMTiles version 3 (github.com/protomaps/PMTiles, spec/v3): for made maps in tests. All tiles are in the
// root directory.

import zlib from 'node:zlib';

import { Bytes } from './vector-tile.js';

const HEADER_BYTES = 127, END_OF_ROOT = 16384;
const GZIP = 2, MVT = 1;

// The number of a tile: all of the smaller zooms first, then its place on the Hilbert curve of its zoom.
export function tileNumber(z, x, y) {
  let number = (4 ** z - 1) / 3;
  let [a, b] = [x, y];
  for (let side = 2 ** (z - 1); side >= 1; side /= 2) {
    const right = (a & side) > 0 ? 1 : 0, below = (b & side) > 0 ? 1 : 0;
    number += side * side * ((3 * right) ^ below);
    if (below === 0) {
      if (right === 1) [a, b] = [side - 1 - a, side - 1 - b];
      [a, b] = [b, a];
    }
    a &= side - 1;
    b &= side - 1;
  }
  return number;
}

function directory(entries) {
  const bytes = new Bytes().varint(entries.length);
  entries.forEach(({ number }, i) => bytes.varint(i === 0 ? number : number - entries[i - 1].number));
  entries.forEach(() => bytes.varint(1));
  entries.forEach(({ length }) => bytes.varint(length));
  entries.forEach(({ offset }) => bytes.varint(offset + 1));
  return zlib.gzipSync(Buffer.from(bytes.list));
}

// `tiles` are { z, x, y, bytes }; `bounds` are degrees.
export function encodePmtiles(tiles, { west, south, east, north }, metadata) {
  const packed = tiles.map(({ z, x, y, bytes }) => ({ number: tileNumber(z, x, y), bytes: zlib.gzipSync(bytes) }))
    .sort((a, b) => a.number - b.number);
  let offset = 0;
  const entries = packed.map(({ number, bytes }) => {
    const entry = { number, offset, length: bytes.length };
    offset += bytes.length;
    return entry;
  });
  const root = directory(entries);
  if (HEADER_BYTES + root.length > END_OF_ROOT) throw new Error('too many tiles for a made map');
  const words = zlib.gzipSync(JSON.stringify(metadata));
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('PMTiles', 0, 'latin1');
  header.writeUInt8(3, 7);
  let at = HEADER_BYTES;
  [root.length, words.length, 0, offset].forEach((length, i) => {
    header.writeBigUInt64LE(BigInt(at), 8 + 16 * i);
    header.writeBigUInt64LE(BigInt(length), 16 + 16 * i);
    at += length;
  });
  [tiles.length, tiles.length, tiles.length].forEach((count, i) => header.writeBigUInt64LE(BigInt(count), 72 + 8 * i));
  const zooms = tiles.map(({ z }) => z);
  [1, GZIP, GZIP, MVT, Math.min(...zooms), Math.max(...zooms)].forEach((byte, i) => header.writeUInt8(byte, 96 + i));
  [west, south, east, north].forEach((degrees, i) => header.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * i));
  header.writeUInt8(Math.max(...zooms), 118);
  header.writeInt32LE(Math.round((west + east) / 2 * 1e7), 119);
  header.writeInt32LE(Math.round((south + north) / 2 * 1e7), 123);
  return Buffer.concat([header, root, words, ...packed.map(({ bytes }) => bytes)]);
}
