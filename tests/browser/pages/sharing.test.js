// Share links: made on the page, opened by a stranger, ended.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessibilityFaults, DESKTOP, openBrowser, openPage, PHONE, shoot, visit, waitForInk } from '../support/browser.js';
import { sessionFields } from '../support/session.js';
import { Tracker } from '../support/tracker.js';
import { ride } from '../support/trips.js';

const HOSTILE = '<img src=x onerror=alert(1)>', MINUTE = 60000;

let browser, tracker, start;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['alice/phone', 'bob/phone']);
  start = Date.now() - 20 * MINUTE;
  await tracker.sendAll('alice/phone', ride(start, 30));
});

after(async () => {
  await browser.close();
  await tracker.stop();
});

const ask = async (path, body) => (await fetch(`${tracker.web}api/${path}`, { method: 'POST',
  headers: { 'Content-Type': 'application/json', ...sessionFields() }, body: JSON.stringify(body) })).json();

const makeLive = (name, rest = {}) =>
  ask('shares/add', { device: 1, name, live: true, from: start, until: Date.now() + 60 * MINUTE, ...rest });

async function openShared(secret, options) {
  const page = await openPage(browser, { isStranger: true, ...options });
  page.addresses = [];
  page.on('request', (request) => page.addresses.push(request.url()));
  await visit(page, `${tracker.web}shared#${secret}`);
  return page;
}

const text = (page, id) => page.locator(`#${id}`).innerText();

test('a link is made by keyboard, opened by a stranger, and ended', async () => {
  const page = await openPage(browser, { viewport: PHONE });
  await visit(page, `${tracker.web}sharing`);
  await page.locator('#name').focus();
  assert.equal(await page.locator('#name').inputValue(), 'alice');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(HOSTILE);
  await page.locator('#what').selectOption('today');
  await page.locator('#name').press('Enter');
  await page.locator('#link-box').waitFor();
  const address = await page.locator('#link').inputValue();
  assert.match(address, /\/shared#[\w-]{22}$/);
  await page.locator('#links li', { hasText: 'nobody has looked yet' }).waitFor();
  assert.equal(await page.locator('main img').count(), 0);
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    assert.deepEqual(await accessibilityFaults(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
    await shoot(page, `sharing-${viewport.width}`);
  }
  const shared = await openShared(address.split('#')[1]);
  assert.equal(await text(shared, 'title'), HOSTILE);
  await page.getByRole('button', { name: `End it: the link ${HOSTILE}` }).click();
  await page.getByRole('button', { name: 'End it', exact: true }).last().click();
  await page.locator('#done', { hasText: 'has ended' }).waitFor();
  // Who looks at it sees nothing any more, without a touch.
  await shared.locator('body[data-over]').waitFor();
  assert.match(await text(shared, 'notice'), /This link has ended/);
  assert.ok(!(await shared.content()).includes('onerror'));
  assert.deepEqual(page.complaints, []);
  assert.deepEqual(shared.complaints, []);
  await shared.context().close();
  await page.context().close();
});

test('a live link moves, at both sizes, in light and dark, and its secret is in no address', async () => {
  const { secret } = await makeLive('Alice on the way');
  const page = await openShared(secret, { viewport: PHONE });
  await page.locator('#status[data-state=live]').waitFor();
  await waitForInk(page, 'track', 50);
  assert.match(await text(page, 'way'), /2\.9 km/);
  assert.match(await text(page, 'when'), /1[5-9] min ago/);
  assert.ok(await page.locator('#battery').isHidden());
  for (const [viewport, colorScheme] of [[PHONE, 'light'], [DESKTOP, 'light'], [DESKTOP, 'dark'], [PHONE, 'dark']]) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await accessibilityFaults(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
    await shoot(page, `shared-${viewport.width}-${colorScheme}`);
  }
  await tracker.send('bob/phone', { latitude: 10, longitude: 10 });
  await tracker.send('alice/phone', { latitude: 48.2, longitude: 11.7, speed: 5 });
  await page.locator('#place', { hasText: '48.20000, 11.70000' }).waitFor();
  assert.match(await text(page, 'when'), /, (now|\d+ s ago)$/);
  assert.ok(page.addresses.length > 5);
  for (const address of page.addresses) assert.ok(!address.includes(secret), address);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a span of the past shows its part and says so; the battery where it is wanted', async () => {
  const { secret } = await ask('shares/add', { device: 1, name: 'The ride', live: false, battery: true,
    from: start, to: start + 100000, until: Date.now() + 60 * MINUTE });
  const page = await openShared(secret);
  assert.match(await text(page, 'status'), /^Until /);
  assert.match(await text(page, 'way'), /^900 m/); // ten fixes: the one at the end is not in it
  assert.match(await text(page, 'battery'), /80/);
  assert.match(await text(page, 'span'), /The link is good until/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a link that is none says so in words', async () => {
  const page = await openPage(browser, { isStranger: true, viewport: PHONE });
  await visit(page, `${tracker.web}shared#AAAAAAAAAAAAAAAAAAAAAA`);
  assert.match(await text(page, 'notice'), /This link is not known here/);
  assert.deepEqual(await accessibilityFaults(page), []);
  await shoot(page, 'shared-over');
  await page.context().close();
});

test('a time that is missing is asked for, and what was typed stays', async () => {
  const page = await openPage(browser);
  await visit(page, `${tracker.web}sharing?device=2`);
  assert.equal(await page.locator('#device').inputValue(), '2');
  await page.locator('#what').selectOption('past');
  await page.locator('#from').fill('');
  await page.locator('#name').fill('A walk');
  await page.getByRole('button', { name: 'Make a link' }).click();
  await page.locator('#share .alert', { hasText: 'From' }).waitFor();
  assert.equal(await page.locator('#name').inputValue(), 'A walk');
  await page.context().close();
});
