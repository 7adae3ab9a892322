// A track in the form in which the server sends it: the reverse of pages/assets/columns.js, which
// says what the form is.

const HEAD_BYTES = 16, BYTES_A_FIX = 25;

// A fix has `isBreak` where no line leads to it; to the first one none does.
export function encodeColumns(fixes, { stride = 1, flags = 0 } = {}) {
  const count = fixes.length;
  const buffer = new ArrayBuffer(HEAD_BYTES + BYTES_A_FIX * count);
  const view = new DataView(buffer);
  const at = (bytes, i, size) => HEAD_BYTES + bytes * count + size * i;
  view.setUint32(0, count, true);
  view.setUint32(4, stride, true);
  view.setUint32(8, flags, true);
  fixes.forEach(({ time, latitude, longitude, speed = NaN, altitude = NaN, isBreak = false }, i) => {
    view.setFloat64(at(0, i, 8), time, true);
    view.setInt32(at(8, i, 4), Math.round(longitude * 1e7), true);
    view.setInt32(at(12, i, 4), Math.round(latitude * 1e7), true);
    view.setFloat32(at(16, i, 4), speed, true);
    view.setFloat32(at(20, i, 4), altitude, true);
    view.setUint8(at(24, i, 1), i === 0 || isBreak ? 1 : 0);
  });
  return buffer;
}
