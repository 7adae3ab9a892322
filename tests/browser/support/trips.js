// Trips that tests send. Made by formula, so that their length is known.

// A ride to the east at 10 m/s from Munich's middle, one fix in ten seconds.
export function ride(start, count) {
  const degreesAStep = 100 / (111195.08 * Math.cos((48.14 * Math.PI) / 180));
  return Array.from({ length: count }, (_, i) => ({
    time: start + i * 10000, latitude: 48.14, longitude: 11.57 + i * degreesAStep,
    speed: 10, course: 90, altitude: 500 + 2 * i, accuracy: 5, battery: 80,
  }));
}

// Across the date line in Fiji's waters, eastward, 1.1 km a minute.
export function crossing(start, count) {
  return Array.from({ length: count }, (_, i) => {
    const longitude = 179.9 + i * 0.01;
    return { time: start + i * 60000, latitude: -17.5, longitude: longitude > 180 ? longitude - 360 : longitude, speed: 18 };
  });
}

// Remains at a place: a fix in two minutes.
export function resting({ latitude, longitude }, start, minutes) {
  return Array.from({ length: minutes / 2 }, (_, i) => ({ time: start + i * 120000, latitude, longitude, accuracy: 5 }));
}

// From one place straight to another: three fixes a minute, without the last one.
export function going(from, to, start, minutes) {
  const count = minutes * 3;
  const between = (key, i) => from[key] + ((to[key] - from[key]) * i) / count;
  return Array.from({ length: count }, (_, i) => ({
    time: start + i * 20000, latitude: between('latitude', i), longitude: between('longitude', i), accuracy: 5 }));
}
