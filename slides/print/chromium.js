// Debian's Chromium, driven by playwright-core: where both are, and how the browser is started. It
// is for printing and for tests; showing slides needs neither.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// The shell first: it has no windows' frames to draw, which in Chromium cost a third of the time.
const NAMES = ['chromium-headless-shell', 'chromium', 'google-chrome'];
const FLAGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const modules = path.resolve(root, process.env.BROWSER_MODULES ?? 'build-packages/browser/node_modules');

// The browser's file, or undefined. $CHROMIUM is believed, even when it is wrong: then it is told.
export function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(':');
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => fs.existsSync(file));
}

// One line that says what is missing, or nothing.
export function missing() {
  const browser = findBrowser();
  if (!browser) return 'no Chromium found (apt-get install chromium-headless-shell, or set CHROMIUM=/path)';
  if (!fs.existsSync(browser)) return `CHROMIUM names ${browser}, which is not there`;
  if (!fs.existsSync(path.join(modules, 'playwright-core'))) {
    return `no playwright-core in ${modules} (./waymark test installs it)`;
  }
  return '';
}

// The packages are in a folder of the build, not beside this file.
export const load = createRequire(path.join(modules, 'none'));

export function launch() {
  const { chromium } = load('playwright-core');
  return chromium.launch({ executablePath: findBrowser(), headless: true, chromiumSandbox: false, args: FLAGS });
}
