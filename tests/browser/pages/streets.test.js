// Streets beneath the tracks, from a made map file, with no other machine to ask; and pictures of a server.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { accessibilityFaults, DESKTOP, openBrowser, openPage, PHONE, shoot, visit, waitForInk } from '../support/browser.js';
import { trackerBinary } from '../support/needs.js';
import { colourOfGround, waitForGround } from '../support/ground.js';
import { rememberSession } from '../support/session.js';
import { LONG_ROAD, makeTown } from '../support/town.js';
import { Tracker } from '../support/tracker.js';
import { ride } from '../support/trips.js';

// As street-colours.js and style.css have them.
const ROAD = { light: '#fcebb9', dark: '#4d5148' };
const WATER = { light: '#d3e2ea' };
const NOTHING = '#00000000';
const ALONG_ROAD = [[-120, -80, -40, 0, 40, 80, 120], 0];

let browser, tracker, own, folder, town;

before(async () => {
  browser = await openBrowser();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-streets-'));
  fs.chmodSync(folder, 0o755);
  town = makeTown({ attribution: '<a href="javascript:alert(1)">Made</a> <img src="http://192.0.2.1/"> by a test' });
  tracker = await Tracker.start([], ['--map', putMap(town)]);
});
after(async () => {
  await browser.close();
  await tracker.stop();
  fs.rmSync(folder, { recursive: true });
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await own?.stop();
  own = undefined;
  rememberSession(tracker.cookie);
  await tracker.removeDevices();
});

// By mv(1), as one should.
function putMap(bytes) {
  const file = path.join(folder, 'map.pmtiles');
  fs.writeFileSync(`${file}.new`, bytes);
  fs.renameSync(`${file}.new`, file);
  return file;
}

// A page that looks at alice, who stands on the long road.
async function lookAtRoad(options, address = '') {
  const page = await openPage(browser, options);
  await page.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort()); // the cable is out
  await visit(page, tracker.web + address);
  if (address === '') await page.locator('.device', { hasText: 'alice' }).click();
  return page;
}

// Returns alice's number.
async function startWithTown(devices = ['alice']) {
  putMap(town);
  const alice = await tracker.addDevices(devices);
  await tracker.send('alice', { latitude: LONG_ROAD, longitude: 11.58, battery: 70 });
  return alice;
}

test('a street is drawn where it is, light and dark, small and wide, and no other machine is asked', async () => {
  await startWithTown();
  for (const viewport of [PHONE, DESKTOP]) {
    const page = await lookAtRoad({ viewport, colorScheme: 'light' });
    await waitForGround(page, ALONG_ROAD, ROAD.light);
    assert.notEqual(await colourOfGround(page, [0, -40]), ROAD.light, 'beside it there is another thing');
    await shoot(page, `streets-${viewport.width}-light`);
    await page.emulateMedia({ colorScheme: 'dark' }); // while it is open
    await waitForGround(page, ALONG_ROAD, ROAD.dark);
    await shoot(page, `streets-${viewport.width}-dark`);
    assert.deepEqual(page.complaints, []);
  }
});

test('the same streets are under the history', async () => {
  const alice = await startWithTown();
  const start = Date.now() - 3600000;
  await tracker.sendAll('alice', ride(start, 3)); // 200 m along the road
  const page = await lookAtRoad({ viewport: DESKTOP, colorScheme: 'light' }, `history?device=${alice}`);
  await waitForGround(page, [ALONG_ROAD[0], -18], ROAD.light); // fit() keeps more room below than above
  await shoot(page, 'streets-history-1280');
  assert.deepEqual(page.complaints, []);
});

test('whose the map is can be read, and what its file says of that is text', async () => {
  await startWithTown();
  const page = await lookAtRoad({ viewport: DESKTOP });
  const words = page.locator('.leaflet-control-attribution a');
  await words.waitFor();
  assert.equal(await words.innerText(), 'Made by a test · Protomaps © OpenStreetMap');
  assert.equal(await words.getAttribute('href'), 'https://www.openstreetmap.org/copyright');
  assert.equal(await page.locator('.leaflet-control-attribution img').count(), 0);
  assert.deepEqual(await accessibilityFaults(page), []);
});

test('beyond the region is the outline of the world, and no grey', async () => {
  await startWithTown(['alice', 'far']);
  await tracker.send('far', { latitude: 48.3, longitude: 11.58 });
  const page = await openPage(browser, { viewport: DESKTOP });
  await visit(page, tracker.web);
  await page.locator('.device', { hasText: 'alice' }).click();
  await waitForGround(page, ALONG_ROAD, ROAD.light);
  await page.locator('.device', { hasText: 'far' }).click();
  await waitForGround(page, [0, 0], NOTHING);
  await waitForInk(page, 'base', 10000);
  assert.deepEqual(page.complaints, []);
});

test('a map that is replaced while a page is open is taken up, and never mixed with the old one', async () => {
  await startWithTown();
  const page = await lookAtRoad({ viewport: DESKTOP, colorScheme: 'light' });
  await waitForGround(page, ALONG_ROAD, ROAD.light);
  putMap(makeTown({ flooded: true }));
  await page.locator('#map').press('ArrowDown'); // what was not read yet has to be
  await page.locator('.leaflet-control-zoom-out').click();
  await page.locator('.leaflet-control-zoom-out').click();
  await waitForGround(page, [0, 0], WATER.light);
  await waitForGround(page, [0, -80], WATER.light);
});

test('a map that breaks while the server runs is told on the page, which goes on', async () => {
  await startWithTown();
  putMap(Buffer.from('<html>no map</html>'));
  const page = await openPage(browser, { viewport: DESKTOP });
  await visit(page, tracker.web);
  await page.locator('.map-note', { hasText: /There are no streets: map: \S+ is no PMTiles file/ }).waitFor();
  assert.equal(await colourOfGround(page, [0, 0]), NOTHING);
  await waitForInk(page, 'base', 10000);
  assert.deepEqual(page.complaints, []);
});

test('a server does not start with a map that cannot be drawn', async () => {
  for (const [bytes, says] of [[town.subarray(0, town.length - 1), 'is cut short'], [Buffer.from('x'), 'is no PMTiles file']]) {
    const { code, stderr } = await new Promise((resolve) => {
      execFile(trackerBinary, ['serve', '--foreground', '--data', path.join(folder, 'data'), '--map', putMap(bytes)],
        (error, stdout, text) => resolve({ code: error?.code, stderr: text }));
    });
    assert.equal(code, 100, stderr);
    assert.ok(stderr.includes(says), stderr);
  }
});

test('without a map the page does not load what draws one', async () => {
  own = await Tracker.start(['alice']);
  const page = await openPage(browser);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await visit(page, own.web);
  assert.deepEqual(asked.filter((address) => /pmtiles|protomaps/.test(address)), []);
});

const RED_PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==', 'base64');

// In Node 18 close() gives nothing back.
function stop(server) {
  server.close();
  server.closeAllConnections();
}

function servePictures() {
  const server = http.createServer((request, response) => response.writeHead(200, { 'Content-Type': 'image/png' }).end(RED_PIXEL));
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

test('pictures of the server that was named are shown, those of another are not', async () => {
  const [named, other] = [await servePictures(), await servePictures()];
  try {
    const address = ({ port }) => `http://127.0.0.1:${port}`;
    own = await Tracker.start(['alice'], ['--tiles', `${address(named.address())}/{z}/{x}/{y}.png`, '--tiles-attribution', '© <b>them</b>']);
    await own.send('alice', { latitude: LONG_ROAD, longitude: 11.58 });
    const page = await openPage(browser, { viewport: DESKTOP });
    await visit(page, own.web);
    await page.waitForFunction(() => [...document.querySelectorAll('.picture img')].some((picture) => picture.naturalWidth > 0));
    assert.match(await page.locator('.leaflet-control-attribution').innerText(), /© <b>them<\/b>/);
    assert.deepEqual(page.complaints, []);
    const [fromNamed, fromOther] = await page.evaluate((sources) => Promise.all(sources.map((source) => new Promise((resolve) => {
      const picture = new Image();
      picture.onload = () => resolve('loaded');
      picture.onerror = () => resolve('refused');
      picture.src = source;
    }))), [`${address(named.address())}/a.png`, `${address(other.address())}/a.png`]);
    assert.deepEqual([fromNamed, fromOther], ['loaded', 'refused']);
    assert.ok(page.complaints.some((text) => text.includes('Content Security Policy')));
  } finally {
    for (const server of [named, other]) stop(server);
  }
});

test('when no picture comes the outline of the world is there, and a line that says so', async () => {
  const server = await servePictures();
  const { port } = server.address();
  stop(server);
  own = await Tracker.start(['alice'], ['--tiles', `http://127.0.0.1:${port}/{z}/{x}/{y}.png`]);
  const page = await openPage(browser, { viewport: PHONE });
  await visit(page, own.web);
  await page.locator('.map-note', { hasText: '127.0.0.1 sends no map pictures' }).waitFor();
  await waitForInk(page, 'base', 10000);
  assert.deepEqual(await accessibilityFaults(page), []);
});
