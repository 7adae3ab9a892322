// The browser, and pages that watch over themselves: whatever a page says on its console, throws,
// asks of another machine, or has refused by its content security policy is kept as a complaint.

import fs from 'node:fs';
import path from 'node:path';

import { launch } from '../../../slides/print/chromium.js';
import { modules } from './needs.js';
import { sessionCookies } from './session.js';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// For what never comes. What comes late on a busy machine comes in time.
const PATIENCE_MS = 120000;

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

// A test's server may go away on purpose; what the browser says of it is no complaint then.
const SERVER_AWAY = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/;

export { launch as openBrowser };

// `options` go to the browser's context. The page has `complaints`. It is the page of whoever is logged
// in (support/session.js), unless it is a stranger's.
export async function openPage(browser, { isStranger = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
  if (!isStranger) await context.addCookies(sessionCookies());
  context.setDefaultTimeout(PATIENCE_MS); // also of what is opened from it
  const page = await context.newPage();
  page.complaints = [];
  const complain = (text) => page.complaints.push(text);
  page.on('pageerror', (error) => complain(`thrown: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type()) && !SERVER_AWAY.test(text)) complain(`console: ${text}`);
  });
  page.on('request', (request) => {
    if (leavesMachine(request.url())) complain(`outside: ${request.url()}`);
  });
  return page;
}

// The page as if it had been opened anew: a new one costs more than most tests do with it. It stays whose it is.
export async function renew(page, { viewport = DESKTOP, colorScheme = null } = {}) {
  const { origin } = new URL(page.url());
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.goto('about:blank'); // where it hears no stream
  page.cleaner ??= await page.context().newCDPSession(page);
  if (origin !== 'null') await page.cleaner.send('Storage.clearDataForOrigin', { origin, storageTypes: 'local_storage' });
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  page.complaints.length = 0;
  return page;
}

export function leavesMachine(address) {
  const { protocol, hostname } = new URL(address);
  return !['data:', 'blob:', 'about:'].includes(protocol) && !['127.0.0.1', '[::1]'].includes(hostname);
}

// Goes to a page of the tracker and waits until it has drawn itself.
export async function visit(page, address) {
  await page.goto(address);
  try {
    await page.waitForSelector('html[data-ready]');
  } catch {
    throw new Error(`${address} does not get ready; complaints: ${page.complaints.join('; ') || 'none'}`);
  }
}

// A page at both sizes in both schemes: `look` is called at each with its name, as "390-dark",
// when a frame of it has been drawn. To load the page anew for each cost more than the looking.
export async function inEachLook(page, look) {
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => new Promise((drawn) => { requestAnimationFrame(() => requestAnimationFrame(drawn)); }));
      await look(`${viewport.width}-${colorScheme}`, viewport);
    }
  }
}

// What axe finds wrong, one line each. It is loaded once a page, and what it finds right stays there:
// to read axe anew and to carry its whole report over cost more than the looking. `within` is a selector: nothing else is
// looked at. `rules` are the names of axe's rules: no other is asked. `without` is a selector, too: what is in
// these elements is taken out meanwhile, as axe reads the whole document, hidden or not, before it looks at a part.
export async function accessibilityFaults(page, { within, rules, without } = {}) {
  if (!await page.evaluate(() => 'axe' in window)) {
    await page.evaluate(fs.readFileSync(path.join(modules, 'axe-core/axe.min.js'), 'utf8'));
  }
  return page.evaluate(async ([place, runOnly, outside]) => {
    const takenOut = [...outside ? document.querySelectorAll(outside) : []].map((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return { element, contents: range.extractContents() };
    });
    try {
      const { violations } = await window.axe.run(place ?? document, { runOnly, resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    } finally {
      for (const { element, contents } of takenOut) element.append(contents);
    }
  }, [within, rules ? { type: 'rule', values: rules } : { type: 'tag', values: RULES }, without]);
}

// Until more than `least` pixels of the map's canvas `pane` are not empty: it is drawn with the next picture, not with the
// event that told of the fix.
export function waitForInk(page, pane, least) {
  return page.waitForFunction(([name, wanted]) => {
    const canvas = document.querySelector(`.leaflet-${name}-pane canvas`);
    if (!canvas) return false;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) ink += data[i] > 0;
    return ink > wanted;
  }, [pane, least]);
}

// Kept when WAYMARK_SHOTS names a folder: for eyes, never compared.
export async function shoot(page, name) {
  if (process.env.WAYMARK_SHOTS) await page.screenshot({ path: path.join(process.env.WAYMARK_SHOTS, `${name}.png`) });
}
