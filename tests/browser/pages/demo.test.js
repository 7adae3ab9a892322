// The banner that says that the devices are made up: on both pages while the server runs a demo, and
// nowhere else.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { accessibilityFaults, inEachLook, openBrowser, openPage, shoot, visit } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';

const PAGES = { map: '', history: 'history' };
const TEXT = 'Demo: these two are made up. Your own server: ./waymark start --no-demo';

let browser, tracker;

before(async () => { browser = await openBrowser(); });
after(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await tracker?.stop();
  tracker = undefined;
});

const banner = (page) => page.getByRole('complementary', { name: 'Demo' });

test('in a demo both pages say so, small or wide, light or dark, and axe finds nothing', async () => {
  tracker = await Tracker.start([], ['--demo']);
  await tracker.hasPositions(2);
  const page = await openPage(browser);
  for (const [name, address] of Object.entries(PAGES)) {
    await visit(page, tracker.web + address);
    await inEachLook(page, async (look, viewport) => {
      assert.equal(await banner(page).innerText(), TEXT);
      const { y, height } = await banner(page).boundingBox();
      assert.ok(y >= 0 && y + height < 140, `at the top of ${name}: ${y} ${height}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
      assert.deepEqual(await accessibilityFaults(page), [], `${name} ${look}`);
      await shoot(page, `demo-${name}-${look}`);
    });
  }
  assert.deepEqual(page.complaints, []);
});

test('without a demo there is no banner', async () => {
  tracker = await Tracker.start(['alice/phone']);
  for (const address of Object.values(PAGES)) {
    const page = await openPage(browser);
    await visit(page, tracker.web + address);
    assert.equal(await page.locator('#demo').isVisible(), false);
    assert.equal(await banner(page).count(), 0, 'nor for those who hear the page');
  }
});

test('an answer that is none brings no banner, and the number is the server\'s', async () => {
  tracker = await Tracker.start(['alice/phone']);
  for (const [status, body, text] of [[500, '{}', null], [200, 'no JSON', null], [200, '{}', null],
    [200, '{"demo_devices":"2"}', null], [200, '{"demo_devices":7}', 'these 7 are made up.']]) {
    const page = await openPage(browser);
    await page.route('**/api/status', (route) => route.fulfill({ status, body }));
    await visit(page, tracker.web);
    assert.equal(await page.locator('#demo').isVisible(), text !== null, body);
    if (text) assert.match(await banner(page).innerText(), new RegExp(text));
  }
});

test('a page that stays open while the server becomes another one follows it', async () => {
  tracker = await Tracker.start(['alice/phone']);
  const page = await openPage(browser);
  await page.route('**/api/status', (route) => route.fulfill({ status: 200, body: '{"demo_devices":2}' }));
  await visit(page, tracker.web);
  await banner(page).waitFor();
  await page.unroute('**/api/status');
  await page.locator('#status', { hasText: 'Live' }).waitFor();
  await tracker.restart();
  await page.locator('#demo').waitFor({ state: 'hidden' });
});
