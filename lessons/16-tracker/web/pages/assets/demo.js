// The banner of a demo. The server says how many of its devices are made up; without any, or without
// an answer, there is no banner.

import { readDemoDevices } from './api.js';

const MADE_UP = { 1: 'this one is', 2: 'these two are' };

export async function showDemo() {
  const count = await readDemoDevices().catch(() => 0);
  const banner = document.getElementById('demo');
  banner.hidden = count === 0;
  document.getElementById('demo-devices').textContent =
    count === 0 ? '' : `${MADE_UP[count] ?? `these ${count} are`} made up.`;
}
