// Reads world.base, the outline of the world; the format is written down in
// web/basemap/base_file.hh. Coordinates stay whole numbers of a grid that is 2^bits units wide.

class Reader {
  constructor(buffer) {
    this.bytes = new Uint8Array(buffer);
    this.at = 0;
  }

  unsigned() {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.at >= this.bytes.length) throw new Error('world.base is cut short');
      const byte = this.bytes[this.at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new Error('world.base has a number that is too long');
  }

  signed() {
    const value = this.unsigned();
    return (value >>> 1) ^ -(value & 1);
  }

  list(readOne) {
    return Array.from({ length: this.unsigned() }, () => readOne(this));
  }
}

function readLine(reader) {
  const points = new Int32Array(2 * reader.unsigned());
  let x = reader.signed(), y = reader.signed();
  const box = { west: x, north: y, east: x + reader.unsigned(), south: y + reader.unsigned() };
  for (let i = 0; i < points.length; i += 2) {
    points[i] = x += reader.signed();
    points[i + 1] = y += reader.signed();
  }
  return { points, box };
}

function readLabel(reader) {
  const label = { x: reader.signed(), y: reader.signed(), width: reader.unsigned() };
  const length = reader.unsigned();
  const name = reader.bytes.subarray(reader.at, reader.at += length);
  return { ...label, name: new TextDecoder().decode(name) };
}

export function decodeBase(buffer) {
  const reader = new Reader(buffer);
  const magic = String.fromCharCode(...reader.bytes.subarray(0, 4));
  if (magic !== 'WMB1') throw new Error('world.base does not start as one');
  reader.at = 4;
  const size = 2 ** reader.unsigned();
  return { size, land: reader.list(readLine), borders: reader.list(readLine), labels: reader.list(readLabel) };
}
