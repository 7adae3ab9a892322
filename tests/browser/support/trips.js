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
