// The history page: choice of day, figures, chart, playback, address, date line.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { DESKTOP, openBrowser, openPage, PHONE, shoot, visit, waitForInk } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';
import { crossing, ride } from '../support/trips.js';

const MORNING = Date.parse('2024-05-10T06:00:00Z');
const DAY_MS = 24 * 3600000;

let browser, tracker;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['alice/phone', 'boat', 'never', 'night']);
  await tracker.sendAll('alice/phone', ride(MORNING, 101));
  await tracker.sendAll('alice/phone', ride(MORNING + 2 * DAY_MS, 5));
  // An hour later and 20 km away: a gap.
  await tracker.sendAll('alice/phone', ride(MORNING + 2 * DAY_MS + 3600000, 5)
    .map((fix) => ({ ...fix, latitude: fix.latitude + 0.2 })));
  await tracker.sendAll('boat', crossing(MORNING, 21));
  // Half an hour after midnight in Berlin, in winter and in summer; and before and after the hour
  // that the clock shows twice.
  for (const time of ['2024-01-09T23:30Z', '2024-07-09T22:30Z', '2024-10-26T22:30Z', '2024-10-27T22:30Z'])
    await tracker.sendAll('night', ride(Date.parse(time), 2));
});

after(async () => {
  await browser.close();
  await tracker.stop();
});

async function open(query, options) {
  const page = await openPage(browser, options);
  await visit(page, `${tracker.web}history${query}`);
  return page;
}
const text = (page, id) => page.locator(`#${id}`).innerText();

test('the address chooses device and day; the figures are right', async () => {
  for (const [name, viewport] of [['390', PHONE], ['1280', DESKTOP]]) {
    const page = await open('?device=1&day=2024-05-10', { viewport });
    assert.ok(Math.abs(Number(await page.locator('#distance').getAttribute('data-metres')) - 10000) < 10);
    assert.equal(await text(page, 'distance'), '10.0 km');
    assert.equal(await text(page, 'duration'), '17 min');
    assert.equal(await text(page, 'moving'), '17 min');
    assert.equal(await text(page, 'top-speed'), '36 km/h');
    assert.equal(await text(page, 'fixes'), '101');
    await waitForInk(page, 'track', 500); // the track is drawn
    assert.equal(await page.locator('#chart canvas').count(), 1);
    await shoot(page, `history-${name}`);
    assert.deepEqual(page.complaints, []);
    await page.close();
  }
});

test('days with fixes are offered, newest first, and the buttons go from one to the next', async () => {
  const page = await open('?device=1');
  assert.match(page.url(), /day=2024-05-12/);
  assert.equal(await page.locator('#day option').count(), 2);
  assert.ok(await page.locator('#next-day').isDisabled());
  await page.locator('#previous-day').click();
  await page.locator('#fixes', { hasText: '101' }).waitFor();
  assert.match(page.url(), /day=2024-05-10/);
  assert.ok(await page.locator('#previous-day').isDisabled());
});

test('a fix after midnight is of its day, in whichever season the page is looked at', async () => {
  const days = (page) => page.locator('#day option').evaluateAll((all) => all.map(({ value, text }) => [value, text.split(' · ')[1]]));
  const expected = {
    'Europe/Berlin': [['2024-10-27', '4 fixes'], ['2024-07-10', '2 fixes'], ['2024-01-10', '2 fixes']],
    // Three and a half hours behind UTC in winter, two and a half in summer.
    'America/St_Johns': [['2024-10-27', '2 fixes'], ['2024-10-26', '2 fixes'], ['2024-07-09', '2 fixes'], ['2024-01-09', '2 fixes']],
    // Ahead of UTC by eleven hours in January, ten and a half in July.
    'Australia/Lord_Howe': [['2024-10-28', '2 fixes'], ['2024-10-27', '2 fixes'], ['2024-07-10', '2 fixes'], ['2024-01-10', '2 fixes']],
    'America/Santiago': [['2024-10-27', '2 fixes'], ['2024-10-26', '2 fixes'], ['2024-07-09', '2 fixes'], ['2024-01-09', '2 fixes']],
  };
  for (const [timezoneId, list] of Object.entries(expected)) {
    const page = await open('?device=4', { timezoneId });
    assert.deepEqual(await days(page), list, timezoneId);
    for (const [day, fixes] of list) {
      await page.locator('#day').selectOption(day);
      await page.locator('#fixes', { hasText: new RegExp(`^${fixes.split(' ')[0]}$`) }).waitFor();
    }
    assert.deepEqual(page.complaints, []);
    await page.close();
  }
});

test('over a gap nothing is counted, and the page says so', async () => {
  const page = await open('?device=1&day=2024-05-12');
  assert.equal(await text(page, 'distance'), '798 m', 'twice 400 m, the second ride nearer to the pole');
  assert.match(await text(page, 'remark'), /1 gap/);
});

test('several days can be shown together, and too many are refused', async () => {
  const page = await open('?device=1&from=2024-05-10&to=2024-05-12');
  assert.equal(await text(page, 'fixes'), '111');
  await page.locator('#range summary').click();
  await page.locator('#to').fill('2024-07-01');
  await page.locator('#show-range').click();
  assert.match(await text(page, 'notice'), /31 days/);
});

test('a track across the date line is drawn near, not round the world', async () => {
  const page = await open('?device=2&day=2024-05-10');
  const metres = Number(await page.locator('#distance').getAttribute('data-metres'));
  assert.ok(Math.abs(metres - 21210) < 60, `${metres} m`);
  assert.match(await page.locator('.leaflet-control-scale-line').innerText(), /^[1-5] km$/);
  await shoot(page, 'history-date-line-1280');
});

test('the slider, the keyboard and the player move the same moment', async () => {
  const page = await open('?device=1&day=2024-05-10');
  assert.match(await text(page, 'readout'), /^08:00:00 · 36 km\/h · 500 m · 0 m/);
  await page.locator('#position').focus();
  await page.keyboard.press('End');
  assert.match(await text(page, 'readout'), /10\.0 km/);
  assert.match(await page.locator('#position').getAttribute('aria-valuetext'), /10\.0 km/);
  await page.keyboard.press('Home');
  await page.locator('#rate').selectOption('1800');
  await page.locator('#play').click();
  await page.locator('#play[aria-pressed="false"]').waitFor();
  assert.match(await text(page, 'readout'), /10\.0 km/, 'it played to the end and stopped');
  assert.deepEqual(page.complaints, []);
});

test('the chart tells the map where, and the map the chart', async () => {
  const page = await open('?device=1&day=2024-05-10');
  const chart = await page.locator('#chart .u-over').boundingBox();
  await page.mouse.move(chart.x + chart.width / 2, chart.y + chart.height / 2);
  await page.locator('#readout', { hasText: '5.0 km' }).waitFor();
  const map = await page.locator('#map').boundingBox();
  await page.mouse.move(map.x + 8, map.y + 60);
  await page.locator('#readout', { hasText: ' · 0 m' }).waitFor();
  await page.locator('#against-distance').click();
  assert.equal(await page.locator('#against-distance').getAttribute('aria-pressed'), 'true');
  assert.deepEqual(page.complaints, []);
});

test('the table says what the chart shows', async () => {
  const page = await open('?device=1&day=2024-05-10');
  await page.locator('.table-box summary').click();
  assert.ok(await page.locator('#table tr').count() > 10);
  assert.match(await page.locator('#table tr').first().innerText(), /08:00\s+\d+ m\s+36 km\/h\s+36 km\/h\s+50\d m/);
});

test('a device without a fix, a day without one, and an address of nonsense say so calmly', async () => {
  const never = await open('?device=3');
  assert.match(await text(never, 'notice'), /no position yet/);
  const empty = await open('?device=1&day=2020-01-01');
  assert.match(await text(empty, 'notice'), /no position on this day/i);
  const nonsense = await open('?device=%00&day=yesterday&from=1&to=');
  assert.match(nonsense.url(), /device=1&day=2024-05-12/);
  for (const page of [never, empty, nonsense]) assert.deepEqual(page.complaints, []);
});

test('an error of the server is shown in its words', async () => {
  const page = await openPage(browser);
  await page.route('**/api/track?*', (route) => route.fulfill({ status: 503, json: { error: 'the store is busy' } }));
  await visit(page, `${tracker.web}history?device=1`);
  assert.equal(await text(page, 'notice'), 'the store is busy');
});
