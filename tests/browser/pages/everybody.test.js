// That everybody can use the pages: axe, small and wide screens, keyboard, touch, light and dark;
// and that they stay at home: policy, weight.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { accessibilityFaults, inEachLook, openBrowser, openPage, shoot, visit } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';
import { ride } from '../support/trips.js';

const LARGEST_PAGE_BYTES = 700000;
const SMALLEST_TARGET = 44;
const PAGES = ['', 'history?device=1'];

let browser, tracker;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['alice/phone', 'bob/tablet', 'a device with a rather long name that does not fit']);
  await tracker.sendAll('alice/phone', ride(Date.now() - 300000, 30));
  await tracker.send('bob/tablet', { time: Date.now() - 2 * 86400000, latitude: 48.2, longitude: 11.5, battery: 3 });
});

after(async () => {
  await browser.close();
  await tracker.stop();
});
// A page that stays open hears each fix, and draws it.
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

test('axe finds nothing on either page, small or wide, light or dark', async () => {
  const page = await openPage(browser);
  for (const address of PAGES) {
    await visit(page, tracker.web + address);
    for (const details of await page.locator('main summary').all()) await details.click();
    await inEachLook(page, async (look) => {
      assert.deepEqual(await accessibilityFaults(page), [], `${address} ${look}`);
      await shoot(page, `everybody-${address.slice(0, 7) || 'map'}-${look}`);
    });
  }
});

test('nothing scrolls sideways at 320 pixels, and every control is 44 pixels', async () => {
  const page = await openPage(browser, { viewport: { width: 320, height: 640 }, hasTouch: true });
  for (const address of PAGES) {
    await visit(page, tracker.web + address);
    for (const details of await page.locator('main summary').all()) await details.click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(wide, 320);
    const small = await page.evaluate((least) =>
      [...document.querySelectorAll('a, button, select, input, summary')]
        .map((element) => ({ element, box: element.getBoundingClientRect() }))
        .filter(({ element, box }) => box.width > 0 && !element.matches('.skip') &&
          (box.width < least || box.height < least))
        .map(({ element, box }) => `${element.outerHTML.slice(0, 60)} ${box.width}x${box.height}`), SMALLEST_TARGET);
    assert.deepEqual(small, []);
    await shoot(page, `everybody-${address.slice(0, 7) || 'map'}-320`);
  }
});

test('the keyboard reaches everything, starts with the skip link, and its place is seen', async () => {
  const page = await openPage(browser);
  for (const address of PAGES) {
    await visit(page, tracker.web + address);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    const reached = new Set();
    for (let i = 0; i < 60; i++) {
      const { name, outline } = await page.evaluate(() => ({
        name: document.activeElement === document.body ? 'BODY'
          : document.activeElement.id || document.activeElement.className || document.activeElement.tagName,
        outline: getComputedStyle(document.activeElement).outlineStyle }));
      if (name === 'BODY') break;
      assert.notEqual(outline, 'none', `${name} shows that it has the focus`);
      reached.add(name);
      await page.keyboard.press('Tab');
    }
    const needed = address === '' ? ['map', 'show-all', 'device', 'way'] : ['map', 'device', 'day', 'play', 'position'];
    for (const name of needed) assert.ok([...reached].some((seen) => seen.includes(name)), `${name} of ${[...reached]}`);
  }
});

test('the policy is strict and nothing breaks it; a page weighs little', async () => {
  for (const address of PAGES) {
    const page = await openPage(browser);
    let bytes = 0;
    page.on('response', (response) => {
      const done = response.request().resourceType() === 'eventsource' ? Promise.resolve() : response.body();
      done.then((body) => { bytes += body?.length ?? 0; }, () => {});
    });
    const response = await page.goto(tracker.web + address);
    await page.waitForSelector('html[data-ready]');
    const policy = response.headers()['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|https?:/);
    assert.ok(bytes > 100000 && bytes < LARGEST_PAGE_BYTES, `${bytes} bytes`);
    assert.deepEqual(page.complaints, []);
  }
});
