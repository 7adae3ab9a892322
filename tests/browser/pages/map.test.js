// The live map: empty, with devices, live, after a break, on a phone, across the date line.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { accessibilityFaults, DESKTOP, openBrowser, openPage, PHONE, renew, shoot, visit, waitForInk } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';
import { ride } from '../support/trips.js';

let browser, tracker, shown;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start();
  shown = await openPage(browser);
});
after(async () => {
  await browser.close();
  await tracker.stop();
});
// Each test has devices of its own: those of the last one are removed.
afterEach(async () => {
  for (const context of browser.contexts()) if (context !== shown.context()) await context.close();
  await renew(shown); // or it would ask anew at each removal
  await tracker.removeDevices();
});

const row = (page, name) => page.locator('.device', { hasText: name });

test('without a device the page leads to where one is added', async () => {
  const page = await renew(shown, { viewport: PHONE });
  await visit(page, tracker.web);
  assert.equal(await page.locator('#empty a').getAttribute('href'), '/devices');
  await waitForInk(page, 'base', 10000); // the world is drawn
  await shoot(page, 'map-empty-390');
  assert.deepEqual(page.complaints, []);
});

test('everybody is on the map and in the list, with age, speed and battery', async () => {
  await tracker.addDevices(['alice/phone', 'bob <b>x</b>', 'never']);
  const now = Date.now();
  await tracker.sendAll('alice/phone', ride(now - 300000, 30));
  await tracker.send('bob <b>x</b>', { time: now - 3 * 3600000, latitude: 48.2, longitude: 11.6, battery: 9 });
  for (const [name, viewport] of [['390', PHONE], ['1280', DESKTOP]]) {
    const page = await renew(shown, { viewport });
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
  await tracker.addDevices(['alice/phone']);
  const fixes = ride(Date.now() - 60000, 6);
  await tracker.send('alice/phone', { ...fixes[0], battery: 50 });
  const page = await renew(shown);
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

const press = async (page, keys) => { for (const key of keys) await page.keyboard.press(key); };

test('a card says all of a device, by keyboard alone, and Escape goes back to the list', async () => {
  await tracker.addDevices(['alice/phone', 'bob']);
  const now = Date.now();
  await tracker.sendAll('alice/phone', ride(now - 100000, 11));
  await tracker.send('bob', { time: now - 26 * 3600000, latitude: -17.5, longitude: 179.99999, battery: 9 });
  for (const viewport of [PHONE, DESKTOP]) {
    const page = await renew(shown, { viewport });
    await visit(page, tracker.web);
    await row(page, 'alice/phone').focus();
    await page.keyboard.press('Enter');
    const card = page.locator('#card');
    await card.waitFor();
    assert.match(await page.evaluate(() => document.activeElement.className), viewport === PHONE ? /quiet/ : /device/, 'the focus can be seen');
    const said = await card.innerText();
    for (const words of [/^alice\/phone/, /Position of \d\d:\d\d:\d\d, /, /36 km\/h, east/, /1\.0 km since \d\d:\d\d/,
      /± 5 m/, /520 m/, /48\.14000, 11\.58348/]) assert.match(said, words);
    assert.match(await page.locator('#card-open').getAttribute('href'), /^geo:48\.14,11\.58347\d+$/);
    assert.equal(await page.locator('#card-follow').getAttribute('aria-pressed'), 'true');
    assert.deepEqual(await accessibilityFaults(page), []);
    await shoot(page, `map-card-${viewport.width}`);
    await page.locator('#map').press('ArrowLeft');
    assert.equal(await page.locator('#card-follow').getAttribute('aria-pressed'), 'false');
    await page.locator('#card-follow').focus();
    await press(page, ['Enter']);
    assert.equal(await page.locator('#card-follow').getAttribute('aria-pressed'), 'true');
    await press(page, ['Escape']);
    assert.ok(await card.isHidden());
    assert.match(await page.evaluate(() => document.activeElement.innerText), /alice/);
    await row(page, 'bob').click();
    assert.match(await card.innerText(), /^bob[^]*\w+, \d\d:\d\d:\d\d, 1 day ago[^]*9.%, low[^]*-17\.50000, 179\.99999/);
    assert.doesNotMatch(await card.innerText(), /Speed|Accuracy|Altitude|Today/);
    assert.deepEqual(page.complaints, []);
  }
});

test('who drags the map is not pulled back by the next position', async () => {
  await tracker.addDevices(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48.14, longitude: 11.57, battery: 50 });
  const page = await renew(shown);
  await visit(page, tracker.web);
  await page.locator('#status', { hasText: 'Live' }).waitFor();
  await row(page, 'alice/phone').click();
  await page.mouse.move(800, 400);
  await page.mouse.down();
  await page.mouse.move(1000, 500, { steps: 4 });
  await page.mouse.up();
  assert.equal(await page.locator('#card-follow').getAttribute('aria-pressed'), 'false');
  const before = await page.evaluate(() => localStorage.getItem('waymark.map.view'));
  await tracker.send('alice/phone', { latitude: 48.141, longitude: 11.571, battery: 49 });
  await row(page, 'battery 49').waitFor();
  assert.equal(await page.evaluate(() => localStorage.getItem('waymark.map.view')), before);
});

test('of sixty devices one is found by a part of its name, without its accents', async () => {
  const names = Array.from({ length: 58 }, (_, i) => `van ${i + 1}`);
  await tracker.addDevices([...names, 'Jörg', 'gnirts <img src=x onerror=alert(1)>']);
  for (const [i, name] of names.slice(0, 8).entries()) await tracker.send(name, { latitude: 48 + i / 100, longitude: 11 });
  const page = await renew(shown, { viewport: PHONE });
  await visit(page, tracker.web);
  assert.equal(await page.locator('.device').count(), 60);
  assert.match(await page.locator('.device').nth(11).innerText(), /^van 10\b/, 'ten comes after nine');
  await page.locator('#find').fill('jorg');
  assert.equal(await page.locator('.device:visible').count(), 1);
  assert.equal(await page.locator('#found').textContent(), '1 found');
  await page.locator('#find').fill('onerror');
  assert.match(await page.locator('.device:visible').innerText(), /<img src=x onerror=alert\(1\)>/);
  assert.equal(await page.locator('#devices img').count(), 0);
  assert.deepEqual(page.complaints, []);
});

test('after a break of the server the page goes on by itself and misses nothing', async () => {
  await tracker.addDevices(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11, battery: 70 });
  const page = await renew(shown);
  await visit(page, tracker.web);
  await page.locator('#status', { hasText: 'Live' }).waitFor();
  await tracker.restart();
  await tracker.send('alice/phone', { latitude: 48.001, longitude: 11, battery: 69 });
  await row(page, 'battery 69').waitFor();
  await page.locator('#status', { hasText: 'Live' }).waitFor();
});

test('a page that is not looked at holds no stream and catches up when it is', async () => {
  await tracker.addDevices(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11, battery: 70 });
  const page = await renew(shown);
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
  await tracker.addDevices(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11 });
  const page = await renew(shown);
  await visit(page, tracker.web);
  await page.locator('#status', { hasText: 'Live' }).waitFor();
  await tracker.addDevice('a late one');
  await row(page, 'a late one').waitFor();
});

test('odd data from the server breaks nothing', async () => {
  const alice = await tracker.addDevices(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11 });
  const page = await renew(shown);
  await page.route('**/api/positions', (route) => route.fulfill({ json: { now: 'x', positions: [
    { device: alice, time: 1e12, lat: 999, lon: 'east' }, { device: 999999, time: 1, lat: 1, lon: 1 }, {}] } }));
  await page.route('**/api/live', (route) => route.fulfill({ contentType: 'text/event-stream',
    body: `event: fixes\ndata: [${alice},2\n\nevent: fixes\ndata: [[${alice},"t",null],null,7,[${alice},2e12,48.5,11.5,NaN]]\n\nevent: fixes\ndata: [[${alice},1700000000000,48.5,11.5,null,null,null,-5,"full"]]\n\n` }));
  await visit(page, tracker.web);
  await row(page, 'days ago').waitFor();
  assert.deepEqual(page.complaints, []);
});

test('two devices on both sides of the date line are shown close together', async () => {
  await tracker.addDevices(['east', 'west']);
  await tracker.send('east', { latitude: -17, longitude: 179.8 });
  await tracker.send('west', { latitude: -17, longitude: -179.8 });
  const page = await renew(shown);
  await visit(page, tracker.web);
  const scale = await page.locator('.leaflet-control-scale-line').innerText();
  assert.match(scale, /^([1-9]|10) km$/, 'the map is near, not the whole world');
});

test('the view of last time comes back', async () => {
  await tracker.addDevices(['alice/phone']);
  await tracker.send('alice/phone', { latitude: 48, longitude: 11 });
  const page = await renew(shown);
  await visit(page, tracker.web);
  await page.locator('.leaflet-control-zoom-out').click();
  await page.locator('.leaflet-control-zoom-out').click();
  const scale = await page.locator('.leaflet-control-scale-line').innerText();
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  assert.equal(await page.locator('.leaflet-control-scale-line').innerText(), scale);
});
