// The colours that are drawn on canvas. Those of the page are custom properties in style.css; they
// are read from there, so that they exist once. Device and speed colours are lists and stand here.
// Everything follows the system's light or dark setting, also while the page is open.

const dark = window.matchMedia('(prefers-color-scheme: dark)');

// Eight colours that stay apart for most kinds of colour blindness, 3:1 and more against the land.
const DEVICE_COLOURS = {
  light: ['#0b62a8', '#b4480c', '#1f7a46', '#7b43a8', '#b3264d', '#0a7480', '#7c5a17', '#4a55a0'],
  dark: ['#62b2f5', '#f2975c', '#63c98c', '#c295ee', '#f47f9d', '#4fc6d2', '#d8b35c', '#9aa6f2'],
};

// From slow to fast. Lightness runs one way, so the order is seen without the hue.
const SPEED_COLOURS = {
  light: ['#27348b', '#3d3a9c', '#5a3ba3', '#7a3aa3', '#993b98', '#b54186', '#cc4d70', '#dd5f58', '#e87540', '#ef8e27'],
  dark: ['#6c7df0', '#8379ee', '#9c76e6', '#b476d8', '#ca78c5', '#dc7eae', '#ea8896', '#f4977d', '#faaa66', '#fcc155'],
};

let current = read();
const listeners = new Set();

function read() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const kind = dark.matches ? 'dark' : 'light';
  return {
    kind, land: colour('land'), coast: colour('coast'), border: colour('border'), sea: colour('sea'),
    mapInk: colour('map-ink'), grid: colour('grid'), surface: colour('surface'), ink: colour('ink'),
    muted: colour('muted'), line: colour('line'), accent: colour('accent'), halo: colour('halo'),
    area: colour('area'), devices: DEVICE_COLOURS[kind], speeds: SPEED_COLOURS[kind],
    font: style.getPropertyValue('--font').trim(),
  };
}

dark.addEventListener('change', () => {
  current = read();
  for (const listener of listeners) listener(current);
});

export const theme = () => current;

export function onThemeChange(listener) {
  listeners.add(listener);
}

export const deviceColour = (number) => current.devices[number % current.devices.length];
