// What the tests in the browser need, and what to do when it is not there.

import fs from 'node:fs';
import path from 'node:path';

import { missing as missingBrowser } from '../../../slides/print/chromium.js';
import { root } from './folders.js';

export { findBrowser, load, modules } from '../../../slides/print/chromium.js';

export const trackerBinary = path.resolve(root, process.env.TRACKER ?? 'build/lessons/16-tracker/tracker');

export const balancerBinary = path.resolve(root, process.env.BALANCER ?? 'build/examples/balancer/balancer');
export const httpdBinary = path.resolve(root, process.env.HTTPD ?? 'build/examples/httpd/httpd');
export const caBinary = path.resolve(root, process.env.CA ?? 'build/examples/ca/ca');

// One line that says what is missing, or nothing.
export function missing() {
  const browser = missingBrowser();
  if (browser !== '') return browser;
  if (!fs.existsSync(trackerBinary)) return `no tracker at ${trackerBinary} (build it, or set TRACKER)`;
  return '';
}

export function missingBalancer() {
  const browser = missingBrowser();
  if (browser !== '') return browser;
  if (!fs.existsSync(balancerBinary)) return `no balancer at ${balancerBinary} (build it, or set BALANCER)`;
  return '';
}

export function missingHttpd() {
  const browser = missingBrowser();
  if (browser !== '') return browser;
  for (const program of [httpdBinary, caBinary]) if (!fs.existsSync(program)) return `no ${program} (build it, or set HTTPD and CA)`;
  return '';
}
