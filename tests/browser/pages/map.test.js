// The live map: empty, with devices, live, after a break, on a phone, across the date line.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { DESKTOP, openBrowser, openPage, PHONE, shoot, visit, waitForInk } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';
import { ride } from '../support/trips.js';

let browser, tracker;

before(async () => { browser = await openBrowser(); });
after(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await tracker?.stop();
  tracker = undefined;
});

const row = (page, name) => page.locator('.device', { hasText: name });

test('without a device the page says how to add one', async () => {
  tracker = await Tracker.start();
  const page = await openPage(browser, { viewport: PHONE });
  await visit(page, tracker.web);
  assert.match(await page.locator('#empty').innerText(), /tracker device add alice\/phone/);
  await waitForInk(page, 'base', 10000); // the world is drawn
  await shoot(page, 'map-empty-390');
  assert.deepEqual(page.complaints, []);
});

test('everybody is on the map and in the list, with age, speed and battery', async () => {
  tracker = await Tracker.start(['alice/phone', 'bob <b>x</b>', 'never']);
  const now = Date.now();
  await tracker.sendAll('alice/phone', ride(now - 300000, 30));
  await tracker.send('bob <b>x</b>', { time: now - 3 * 3600000, latitude: 48.2, longitude: 11.6, battery: 9 });
  for (const [name, viewport] of [['390', PHONE], ['1280', DESKTOP]]) {
    const page = await openPage(browser, { viewport });
    await visit(page, tracker.web);
    await page.locator('#status', { hasText: 'Live' }).waitFor();
    assert.match(await row(page, 'alice/phone').innerText(), /(now|\d+ (s|min) ago)[^]*36 km\/h[^]*battery 80/);
    assert.match(await row(page, 'bob').innerText(), /<b>x<\/b>[^]*3 h ago[^]*battery 9.%, low/);
    assert.match(await row(page, 'never').innerText(), /waiting for its first position/);
    assert.equal(await page.locator('#devices b').count(), 0, 'a name is text');
    await waitForInk(page, 'places', 500); // places are drawn
    await shoot(page, `map-${name}`);
    assert.deepEqual(page.complaints, []);
  }
});

test('a new fix arrives by itself and the followed device stays in the middle', async () => {
  tracker = await Tracker.start(['alice/phone']);
  const fixes = ride(Date.now() - 60000, 6);
  await tracker.send('alice/phone', { ...fixes[0], battery: 50 });
  const page = await openPage(browser);
  await visit(page, tracker.web);
  await page.locator('#status', { hasText: 'Live' }).waitFor();
  await row(page, 'alice/phone').click();
  assert.equal(await row(page, 'alice/phone').getAttribute('aria-pressed'), 'true');
  for (const fix of fixes.slice(1)) await tracker.send('alice/phone', { ...fix, battery: 49 });
  await row(page, 'battery 49').waitFor();
  await page.waitForFunction(() => {
    const canvas = document.querySelector('.leaflet-places-pane canvas');
    const { width, height } = canvas;
    return canvas.getContext('2d').getImageData(width / 2, height / 2, 1, 1).data[3] > 0;
  });
  await waitForInk(page, 'trails', 300); // the trail is drawn
  assert.deepEqual(page.complaints, []);
});

test('after a break of the server the page goes on by itself and misses nothing', async () => {
  tracker = await Tracker.start(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11, battery: 70 });
  const page = await openPage(browser);
  await visit(page, tracker.web);
  await page.locator('#status', { hasText: 'Live' }).waitFor();
  await tracker.restart();
  await tracker.send('alice/phone', { latitude: 48.001, longitude: 11, battery: 69 });
  await row(page, 'battery 69').waitFor();
  await page.locator('#status', { hasText: 'Live' }).waitFor();
});

test('a page that is not looked at holds no stream and catches up when it is', async () => {
  tracker = await Tracker.start(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11, battery: 70 });
  const page = await openPage(browser);
  await visit(page, tracker.web);
  await page.locator('#status', { hasText: 'Live' }).waitFor();
  const setHidden = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await setHidden(true);
  await page.locator('#status', { hasText: 'Paused' }).waitFor();
  await tracker.send('alice/phone', { latitude: 48.001, longitude: 11, battery: 60 });
  assert.equal(await row(page, 'battery 60').count(), 0);
  await setHidden(false);
  await row(page, 'battery 60').waitFor();
});

test('a device added while the page is open shows up', async () => {
  tracker = await Tracker.start(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11 });
  const page = await openPage(browser);
  await visit(page, tracker.web);
  await page.locator('#status', { hasText: 'Live' }).waitFor();
  await tracker.addDevice('a late one');
  await row(page, 'a late one').waitFor();
});

test('odd data from the server breaks nothing', async () => {
  tracker = await Tracker.start(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11 });
  const page = await openPage(browser);
  await page.route('**/api/positions', (route) => route.fulfill({ json: { now: 'x', positions: [
    { device: 1, time: 1e12, lat: 999, lon: 'east' }, { device: 99, time: 1, lat: 1, lon: 1 }, {}] } }));
  await page.route('**/api/live', (route) => route.fulfill({ contentType: 'text/event-stream',
    body: 'event: fixes\ndata: [1,2\n\nevent: fixes\ndata: [[1,"t",null],null,7,[1,2e12,48.5,11.5,NaN]]\n\nevent: fixes\ndata: [[1,1700000000000,48.5,11.5,null,null,null,-5,"full"]]\n\n' }));
  await visit(page, tracker.web);
  await row(page, 'days ago').waitFor();
  assert.deepEqual(page.complaints, []);
});

test('two devices on both sides of the date line are shown close together', async () => {
  tracker = await Tracker.start(['east', 'west']);
  await tracker.send('east', { latitude: -17, longitude: 179.8 });
  await tracker.send('west', { latitude: -17, longitude: -179.8 });
  const page = await openPage(browser);
  await visit(page, tracker.web);
  const scale = await page.locator('.leaflet-control-scale-line').innerText();
  assert.match(scale, /^([1-9]|10) km$/, 'the map is near, not the whole world');
});

test('the view of last time comes back', async () => {
  tracker = await Tracker.start(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11 });
  const page = await openPage(browser);
  await visit(page, tracker.web);
  await page.locator('.leaflet-control-zoom-out').click();
  await page.locator('.leaflet-control-zoom-out').click();
  const scale = await page.locator('.leaflet-control-scale-line').innerText();
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  assert.equal(await page.locator('.leaflet-control-scale-line').innerText(), scale);
});
