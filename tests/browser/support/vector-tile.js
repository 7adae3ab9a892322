// Writes Mapbox vector tiles (MVT 2.1, github.com/mapbox/vector-tile-spec), as map files have them: for made
// maps in tests. A tile is { layer name: features }; a feature is { type, lines, props }, where lines are lists
// of [x, y] in units of the tile (4096 wide).

export const EXTENT = 4096;
export const POINT = 1, LINE = 2, POLYGON = 3;

const MOVE = 1, DRAW = 2, CLOSE = 7;
const VARINT = 0, FLOAT64 = 1, BYTES = 2;

export class Bytes {
  list = [];

  varint(value) {
    let rest = value;
    while (rest >= 128) {
      this.list.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.list.push(rest);
    return this;
  }

  field(number, kind) { return this.varint(number * 8 + kind); }

  number(field, value) { return this.field(field, VARINT).varint(value); }

  bytes(field, bytes) {
    this.field(field, BYTES).varint(bytes.length);
    for (const byte of bytes) this.list.push(byte);
    return this;
  }

  text(field, text) { return this.bytes(field, Buffer.from(text, 'utf8')); }

  packed(field, numbers) {
    const inner = new Bytes();
    for (const value of numbers) inner.varint(value);
    return this.bytes(field, inner.list);
  }
}

const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
const command = (id, count) => count * 8 + id;

function area(ring) {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0);
}

// Rings are given without their first point again; the first one of a polygon is the outer one.
function geometry(type, lines) {
  const numbers = [];
  let lastX = 0, lastY = 0;
  const step = ([x, y]) => {
    numbers.push(zigzag(x - lastX), zigzag(y - lastY));
    [lastX, lastY] = [x, y];
  };
  lines.forEach((line, i) => {
    const points = line.map(([x, y]) => [Math.round(x), Math.round(y)]);
    if (type === POLYGON && (area(points) > 0) !== (i === 0)) points.reverse();
    numbers.push(command(MOVE, 1));
    step(points[0]);
    if (points.length > 1) numbers.push(command(DRAW, points.length - 1));
    points.slice(1).forEach(step);
    if (type === POLYGON) numbers.push(command(CLOSE, 1));
  });
  return numbers;
}

function value(of) {
  const bytes = new Bytes();
  if (typeof of === 'string') return bytes.text(1, of);
  if (typeof of === 'boolean') return bytes.number(7, of ? 1 : 0);
  if (Number.isInteger(of) && of >= 0) return bytes.number(5, of);
  bytes.field(3, FLOAT64).list.push(...new Uint8Array(new Float64Array([of]).buffer));
  return bytes;
}

function layer(name, features) {
  const keys = [], values = [];
  const indexIn = (list, item) => {
    if (!list.includes(item)) list.push(item);
    return list.indexOf(item);
  };
  const out = new Bytes().text(1, name);
  for (const { type, lines, props } of features) {
    const tags = Object.entries(props).flatMap(([key, of]) => [indexIn(keys, key), indexIn(values, of)]);
    out.bytes(2, new Bytes().packed(2, tags).number(3, type).packed(4, geometry(type, lines)).list);
  }
  for (const key of keys) out.text(3, key);
  for (const of of values) out.bytes(4, value(of).list);
  return out.number(5, EXTENT).number(15, 2);
}

export function encodeTile(layers) {
  const tile = new Bytes();
  for (const [name, features] of Object.entries(layers)) {
    if (features.length > 0) tile.bytes(3, layer(name, features).list);
  }
  return Buffer.from(tile.list);
}
