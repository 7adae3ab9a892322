// Places that are polygons, who comes there and goes, and web hooks: on the page of places, as a person uses it.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';

import { accessibilityFaults, DESKTOP, inEachLook, openBrowser, openPage, PHONE, shoot, visit, waitForInk } from '../support/browser.js';
import { sessionFields } from '../support/session.js';
import { Tracker } from '../support/tracker.js';

const HOME = { latitude: 48.14, longitude: 11.57 }, AWAY = { latitude: 48.2, longitude: 11.57 };
const HOSTILE = '<img src=x onerror=alert(1)>';

let browser, tracker, receiver, posts, moment;

before(async () => {
  browser = await openBrowser();
  posts = [];
  receiver = http.createServer((request, response) => {
    request.on('data', () => {}).on('end', () => {
      posts.push(request.headers);
      response.writeHead(request.url === '/refuse' ? 500 : 204).end();
    });
  });
  await new Promise((resolve) => { receiver.listen(0, '127.0.0.1', resolve); });
  tracker = await Tracker.start(['alice/phone', HOSTILE], ['--web-hooks', '127.0.0.0/8']);
  moment = Date.now() - 3600000;
  await tracker.post('places/add', { name: 'Home', lat: HOME.latitude, lon: HOME.longitude, radius_m: 100 });
});

after(async () => {
  await browser.close();
  await tracker.stop();
  receiver.close();
});

const send = (device, place) => tracker.send(device, { ...place, time: moment += 60000, accuracy: 10 });
const address = (path) => `http://127.0.0.1:${receiver.address().port}${path}`;

async function placeCalled(wanted) {
  const { places } = await (await fetch(`${tracker.web}api/places`, { headers: sessionFields() })).json();
  return places.find(({ name }) => name === wanted);
}

async function open(options, query = '') {
  const page = await openPage(browser, options);
  await visit(page, `${tracker.web}places${query}`);
  return page;
}

async function isSound(page, viewport, look) {
  assert.deepEqual(await accessibilityFaults(page), [], look);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
}

test('a place is drawn by its corners, by keyboard alone, and changed', async () => {
  const page = await open({ viewport: PHONE }, '?place=1'); // near enough
  await page.keyboard.press('Escape');
  await page.locator('#add').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('Park');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight'); // from the circle to the corners
  assert.ok(await page.locator('#as-corners').isChecked());
  assert.ok(await page.locator('#radius').isHidden());
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft']) {
    await page.locator('#set').focus();
    await page.keyboard.press('Enter');
    await page.locator('#map').focus();
    await page.keyboard.press(key);
    await page.keyboard.press(key);
    await page.waitForTimeout(400); // the map goes there step by step
  }
  await page.locator('#name').focus();
  await page.keyboard.press('Enter');
  await page.locator('.place-row', { hasText: 'Park' }).filter({ hasText: '3 corners' }).waitFor();
  const park = await placeCalled('Park');
  assert.equal(park.corners.length, 3);
  // A corner that is chosen goes with the map; the others stay.
  await page.locator('.place-row', { hasText: 'Park' }).click();
  await waitForInk(page, 'places', 50);
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    await isSound(page, viewport);
    await shoot(page, `places-corners-${viewport.width}`);
  }
  await page.getByRole('button', { name: 'Corner 2', exact: true }).click();
  assert.equal(await page.getByRole('button', { name: 'Corner 2', exact: true }).getAttribute('aria-pressed'), 'true');
  await page.locator('#map').focus();
  await page.keyboard.press('ArrowUp');
  await page.waitForTimeout(400);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#edit').waitFor({ state: 'hidden' });
  const changed = await placeCalled('Park');
  assert.ok(changed.corners[1][0] > park.corners[1][0]);
  assert.deepEqual([changed.corners[0], changed.corners[2]], [park.corners[0], park.corners[2]]);
  // Two corners are no place.
  await page.locator('.place-row', { hasText: 'Park' }).click();
  await page.getByRole('button', { name: 'Remove corner 1' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#problem', { hasText: 'Set 3 corners at least' }).waitFor();
  await page.getByRole('button', { name: 'Remove this place' }).click();
  await page.locator('.place-row', { hasText: 'Park' }).waitFor({ state: 'detached' });
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('who comes and goes is seen as it happens', async () => {
  for (const device of ['alice/phone', HOSTILE]) await send(device, AWAY);
  const page = await open({ viewport: PHONE });
  await page.locator('#no-events').waitFor();
  await send('alice/phone', HOME);
  await page.locator('#events li', { hasText: 'alice/phone came to Home' }).waitFor();
  await send('alice/phone', AWAY);
  await page.locator('#events li').first().filter({ hasText: 'alice/phone left Home' }).waitFor();
  await send(HOSTILE, HOME);
  await page.locator('#events li', { hasText: `${HOSTILE} came to Home` }).waitFor();
  assert.equal(await page.locator('#events img').count(), 0);
  assert.equal(await page.locator('#events li').count(), 3);
  await inEachLook(page, async (look, viewport) => {
    await page.locator('#events').scrollIntoViewIfNeeded();
    await isSound(page, viewport, look);
    await shoot(page, `passages-${look}`);
  });
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a web hook is made, tried and removed, and the page says how it went', async () => {
  const page = await open({ viewport: PHONE });
  await page.locator('#no-hooks').waitFor();
  await page.locator('#hook-url').focus();
  await page.keyboard.press('Enter');
  await page.locator('#hook-form .alert', { hasText: 'Address is missing' }).waitFor();
  await page.keyboard.type('http://127.1/');
  await page.keyboard.press('Enter');
  await page.locator('#hook-form .alert', { hasText: 'neither a name nor an address' }).waitFor();
  await page.locator('#hook-url').fill(address('/take'));
  await page.locator('#hook-place').selectOption({ label: 'Home' });
  await page.locator('#hook-url').press('Enter');
  await page.locator('#secret', { hasText: /^whsec_/ }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'secret-box');
  const hook = page.locator('#hook-list li', { hasText: '/take' });
  await hook.filter({ hasText: 'Home' }).filter({ hasText: 'nothing was posted yet' }).waitFor();
  await page.getByRole('button', { name: /^Send a test to .*take$/ }).click();
  await hook.filter({ hasText: 'status 204' }).filter({ hasText: '1 was taken' }).waitFor();
  assert.equal(posts.length, 1);
  assert.match(posts[0]['webhook-id'], /^test-/);
  await page.locator('#hook-url').fill(address('/refuse'));
  await page.locator('#hook-url').press('Enter');
  await page.getByRole('button', { name: /^Send a test to .*refuse$/ }).click();
  const refused = page.locator('#hook-list li', { hasText: '/refuse' });
  await refused.filter({ hasText: 'status 500' }).filter({ hasText: 'the next try is in' }).filter({ hasText: '1 post waits' }).waitFor();
  await inEachLook(page, async (look, viewport) => {
    await page.locator('#hook-list').scrollIntoViewIfNeeded();
    await isSound(page, viewport, look);
    await shoot(page, `hooks-${look}`);
  });
  for (const path of ['take', 'refuse']) {
    await page.getByRole('button', { name: new RegExp(`^Remove the web hook .*${path}$`) }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.locator('#hook-list li', { hasText: `/${path}` }).waitFor({ state: 'detached' });
  }
  await page.locator('#no-hooks').waitFor();
  assert.deepEqual(page.complaints.filter((each) => !/400/.test(each)), []);
  await page.context().close();
});

test('a server that posts nothing says so', async () => {
  const plain = await Tracker.start([]);
  try {
    const page = await openPage(browser, { viewport: PHONE });
    await visit(page, `${plain.web}places`);
    await page.locator('#hooks-off', { hasText: '--web-hooks' }).waitFor();
    assert.ok(await page.locator('#hook-form').isHidden());
    await page.context().close();
  } finally {
    await plain.stop();
    await tracker.logIn();
  }
});
