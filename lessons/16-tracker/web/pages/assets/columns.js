// The track as the server sends it: little-endian columns after a head of 16 bytes.
//
//   uint32 count n, uint32 stride (above 1: only every stride-th fix was sent), float64 first time
//   int32 longitude x 10^7 [n], int32 latitude x 10^7 [n], uint32 milliseconds since the first [n],
//   float32 speed m/s [n], float32 altitude m [n]; NaN where it is not known

const HEAD_BYTES = 16;
const BYTES_A_FIX = 20;

// Views into `buffer`, nothing is copied. Throws when the size is not the one that the head says.
export function decodeColumns(buffer) {
  const head = new DataView(buffer);
  const count = buffer.byteLength < HEAD_BYTES ? NaN : head.getUint32(0, true);
  if (buffer.byteLength !== HEAD_BYTES + count * BYTES_A_FIX) {
    throw new Error('the server sent a track that is cut short');
  }
  const start = (column) => HEAD_BYTES + column * 4 * count;
  return {
    count,
    stride: Math.max(1, head.getUint32(4, true)),
    firstTime: head.getFloat64(8, true),
    longitudeE7: new Int32Array(buffer, start(0), count),
    latitudeE7: new Int32Array(buffer, start(1), count),
    sinceFirst: new Uint32Array(buffer, start(2), count),
    speed: new Float32Array(buffer, start(3), count),
    altitude: new Float32Array(buffer, start(4), count),
  };
}
