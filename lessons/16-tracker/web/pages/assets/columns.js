// The track as the server sends it: little-endian columns after a head of 16 bytes.
//
//   uint32 count n, uint32 stride (above 1: about one fix in so many was kept),
//   uint32 flags (1: only samples were read; 2: speeds were worked out from the places), uint32 0
//   float64 time [n], Unix ms
//   int32 longitude x 10^7 [n], int32 latitude x 10^7 [n],
//   float32 speed m/s [n], float32 altitude m [n]; NaN where it is not known
//   uint8 break [n]; 1: no line leads to this fix

const HEAD_BYTES = 16;
const BYTES_A_FIX = 25;
const SAMPLED = 1, SPEEDS_WORKED_OUT = 2;

// Views into `buffer`, nothing is copied. Throws when the size is not the one that the head says.
export function decodeColumns(buffer) {
  const head = new DataView(buffer);
  const count = buffer.byteLength < HEAD_BYTES ? NaN : head.getUint32(0, true);
  if (buffer.byteLength !== HEAD_BYTES + count * BYTES_A_FIX) {
    throw new Error('the server sent a track that is cut short');
  }
  const start = (bytes) => HEAD_BYTES + bytes * count;
  const flags = head.getUint32(8, true);
  return {
    count,
    stride: Math.max(1, head.getUint32(4, true)),
    sampled: (flags & SAMPLED) !== 0,
    speedsWorkedOut: (flags & SPEEDS_WORKED_OUT) !== 0,
    times: new Float64Array(buffer, start(0), count),
    longitudeE7: new Int32Array(buffer, start(8), count),
    latitudeE7: new Int32Array(buffer, start(12), count),
    speed: new Float32Array(buffer, start(16), count),
    altitude: new Float32Array(buffer, start(20), count),
    breaks: new Uint8Array(buffer, start(24), count),
  };
}
