// A track in the form in which the server sends it: the reverse of pages/assets/columns.js, which
// says what the form is.

export function encodeColumns(fixes) {
  const count = fixes.length;
  const buffer = new ArrayBuffer(16 + 20 * count);
  const view = new DataView(buffer);
  const firstTime = count > 0 ? fixes[0].time : 0;
  view.setUint32(0, count, true);
  view.setFloat64(8, firstTime, true);
  fixes.forEach(({ time, latitude, longitude, speed = NaN, altitude = NaN }, i) => {
    view.setInt32(16 + 4 * i, Math.round(longitude * 1e7), true);
    view.setInt32(16 + 4 * (count + i), Math.round(latitude * 1e7), true);
    view.setUint32(16 + 4 * (2 * count + i), time - firstTime, true);
    view.setFloat32(16 + 4 * (3 * count + i), speed, true);
    view.setFloat32(16 + 4 * (4 * count + i), altitude, true);
  });
  return buffer;
}
