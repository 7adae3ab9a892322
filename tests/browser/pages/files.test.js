// Files in and out: a file given to the page, its progress and its result in words, by keyboard; the
// downloads; and what a member sees of it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';

import { accessibilityFaults, DESKTOP, openBrowser, openPage, PHONE, shoot, visit } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';

const FIRST = Date.parse('2024-05-10T06:00:00Z');
const NASTY = '<img onerror=alert(1)>';

let browser, tracker;

// Long lines: several pieces of 1 MiB with few positions.
const NOTE = 'x'.repeat(300);
const row = (i) => `${new Date(FIRST + i * 1000).toISOString()},${(48 + i / 100000).toFixed(5)},11.5,${NOTE}\n`;
const csv = (count) => `time,lat,lon,note\n${Array.from({ length: count }, (_, i) => row(i)).join('')}`;
const file = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['van', NASTY]);
});

after(async () => {
  await browser.close();
  await tracker.stop();
});

async function open(address, options) {
  const page = await openPage(browser, options);
  await visit(page, tracker.web + address);
  return page;
}

const result = (page) => page.locator('#results li').first();

async function bringIn(page, ...files) {
  const before = await page.locator('#results li').count();
  await page.locator('#files').setInputFiles(files);
  await page.locator('#bring-in').focus();
  await page.keyboard.press('Enter');
  await page.locator(`#results li >> nth=${before + files.length - 1}`).waitFor();
  await page.locator('#working').waitFor({ state: 'hidden' });
}

test('a file of several pieces is brought in, and told in words; again it adds nothing', async () => {
  const page = await open('files?device=1', { viewport: PHONE });
  assert.deepEqual(await accessibilityFaults(page), []);
  await shoot(page, 'files-390');
  // More than a piece of 1 MiB, and a line of nonsense in the second.
  const content = `${csv(4000)}yesterday,48,11\n`;
  assert.ok(content.length > 1024 * 1024);
  await bringIn(page, file(NASTY, content));
  assert.equal(await result(page).innerText(),
    `${NASTY}\n\nCSV: 4,000 positions stored, 1 was refused.\n\n`
    + '1 point with a time that cannot be read; the first in line 4002');
  assert.match(await page.locator('#status').innerText(), /4,000 positions stored/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'bring-in');
  await bringIn(page, file('again.csv', csv(10)), file('trip.zip', 'PK\u0003\u0004'));
  assert.match(await page.locator('#results').innerText(), /again\.csv\s+CSV: 10 positions were there already\./);
  assert.match(await result(page).innerText(), /trip\.zip\s+Not brought in: this is a ZIP archive/);
  assert.deepEqual(await accessibilityFaults(page), []);
  await shoot(page, 'files-results-390');
  await page.setViewportSize(DESKTOP);
  assert.deepEqual(await accessibilityFaults(page), []);
  await shoot(page, 'files-results-1280');
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.deepEqual(await accessibilityFaults(page, { rules: ['color-contrast'] }), []);
  await shoot(page, 'files-results-dark-1280');
  // A refused piece is a 400, and the browser says so on its console.
  assert.deepEqual(page.complaints.filter((text) => !/status of 400/.test(text)), []);
  await page.context().close();
});

test('a piece that is lost on its way is sent again, and the work can be stopped', async () => {
  const page = await open('files?device=2');
  let lost = 0;
  await page.route('**/import?*', async (route) => {
    const isSecond = !route.request().url().includes('upload=0');
    if (!isSecond || lost > 0) return route.continue();
    lost += 1;
    return route.abort('connectionreset');
  });
  await bringIn(page, file('lost.csv', csv(4000)));
  assert.equal(lost, 1);
  assert.match(await result(page).innerText(), /4,000 positions stored\./);
  await page.unroute('**/import?*');

  // The second piece is held back until somebody has pressed Stop.
  let second, held;
  const waits = new Promise((resolve) => { second = resolve; });
  await page.route('**/import?*', (route) => {
    if (held || route.request().url().includes('upload=0')) return route.continue();
    held = route;
    return second();
  });
  await page.locator('#files').setInputFiles([file('stopped.csv', csv(8000))]);
  await page.locator('#bring-in').click();
  await waits;
  await page.locator('#stop').click();
  await page.locator('#results li', { hasText: 'stopped.csv' }).waitFor();
  assert.match(await result(page).innerText(), /Not read to its end: stopped; what was read until then is stored/);
  await page.context().close();
});

test('what is downloaded is what was brought in, of the days that were chosen', async () => {
  const page = await open('files?device=1');
  const download = async () => {
    const [given] = await Promise.all([page.waitForEvent('download'), page.locator('#out button').click()]);
    return { name: given.suggestedFilename(), text: fs.readFileSync(await given.path(), 'utf8') };
  };
  await page.locator('#out-format').selectOption('csv');
  const all = await download();
  assert.equal(all.name, 'van.csv');
  assert.equal(all.text.split('\r\n').length, 4002);
  assert.ok(all.text.includes('\r\n2024-05-10T06:00:01Z,48.0000100,11.5000000,,,,,\r\n'));
  await page.locator('#from').fill('2024-05-11');
  await page.locator('#to').fill('2024-05-11');
  assert.equal((await download()).text.split('\r\n').length, 2);
  await page.locator('#to').fill('2024-05-10');
  await page.locator('#out button').click();
  assert.equal(await page.locator('#out-problem').innerText(), 'The last day is before the first.');
  await page.context().close();
});

test('a member takes out what he may see, and brings in only where he may change', async () => {
  await tracker.addUser('mia', 'a member of the family', ['--sees', 'van']);
  await tracker.logIn('mia', 'a member of the family');
  const page = await open('files');
  assert.deepEqual(await page.locator('#device option').allInnerTexts(), ['van']);
  assert.equal(await page.locator('#in').isHidden(), true);
  assert.equal(await page.locator('#in-denied').innerText(), 'You may look at this device, and not change it.');
  await page.context().close();
});
