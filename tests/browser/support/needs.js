// What the tests in the browser need, and what to do when it is not there.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { root } from './folders.js';

const BROWSERS = ['chromium', 'chromium-headless-shell', 'google-chrome'];

export const trackerBinary = path.resolve(root, process.env.TRACKER ?? 'build/lessons/16-tracker/tracker');
export const modules = path.resolve(root, process.env.BROWSER_MODULES ?? 'build-packages/browser/node_modules');

// The browser's file, or undefined. $CHROMIUM is believed, even when it is wrong: then it is told.
export function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(':');
  return BROWSERS.flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((file) => fs.existsSync(file));
}

// Loads a package from npm's folder of the build; it is not beside these files.
export const load = createRequire(path.join(modules, 'none'));

// One line that says what is missing, or nothing.
export function missing() {
  const browser = findBrowser();
  if (!browser) return 'no Chromium found (apt-get install chromium, or set CHROMIUM=/path)';
  if (!fs.existsSync(browser)) return `CHROMIUM names ${browser}, which is not there`;
  if (!fs.existsSync(path.join(modules, 'playwright-core'))) {
    return `no playwright-core in ${modules} (./waymark test installs it)`;
  }
  if (!fs.existsSync(trackerBinary)) return `no tracker at ${trackerBinary} (build it, or set TRACKER)`;
  return '';
}
