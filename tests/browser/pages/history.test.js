// The history page: choice of day, figures, chart, playback, address, date line.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { DESKTOP, openBrowser, openPage, PHONE, renew, shoot, visit, waitForInk } from '../support/browser.js';
import { encodeColumns } from '../support/columns.js';
import { Tracker } from '../support/tracker.js';
import { crossing, ride } from '../support/trips.js';

const MORNING = Date.parse('2024-05-10T06:00:00Z');
const DAY_MS = 24 * 3600000;
const HOSTILE = '<img src=x onerror=alert(1)>';

let browser, tracker, shown;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['alice/phone', 'boat', 'never', 'night', HOSTILE]);
  await tracker.sendAll('alice/phone', ride(MORNING, 101));
  await tracker.sendAll('alice/phone', ride(MORNING + 2 * DAY_MS, 5));
  // An hour later and 20 km away: a gap.
  await tracker.sendAll('alice/phone', ride(MORNING + 2 * DAY_MS + 3600000, 5)
    .map((fix) => ({ ...fix, latitude: fix.latitude + 0.2 })));
  await tracker.sendAll('boat', crossing(MORNING, 21));
  await tracker.sendAll(HOSTILE, ride(MORNING + 60000, 20).map((fix) => ({ ...fix, latitude: fix.latitude + 0.02 })));
  // Half an hour after midnight in Berlin, in winter and in summer; and before and after the hour
  // that the clock shows twice.
  for (const time of ['2024-01-09T23:30Z', '2024-07-09T22:30Z', '2024-10-26T22:30Z', '2024-10-27T22:30Z'])
    await tracker.sendAll('night', ride(Date.parse(time), 2));
  shown = await openPage(browser);
});

after(async () => {
  await browser.close();
  await tracker.stop();
});
afterEach(async () => {
  for (const context of browser.contexts()) if (context !== shown.context()) await context.close();
});

// On the one page, unless it needs a clock of its own.
async function open(query, { timezoneId, ...options } = {}) {
  const page = timezoneId ? await openPage(browser, { timezoneId, ...options }) : await renew(shown, options);
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

test('several days can be shown together, a month, a year and a century of them', async () => {
  const page = await open('?device=1&from=2024-05-10&to=2024-05-12');
  assert.equal(await text(page, 'fixes'), '111');
  assert.equal(await page.locator('#span').inputValue(), 'all');
  for (const [kind, address] of [['month', 'from=2024-05-01&to=2024-05-31'], ['year', 'from=2024-01-01&to=2024-12-31'],
    ['day', 'day=2024-05-12'], ['week', 'from=2024-05-06&to=2024-05-12']]) {
    await page.locator('#span').selectOption(kind);
    await page.waitForURL(new RegExp(`${address}$`));
    await page.locator('#figures[aria-busy="false"] #fixes', { hasText: kind === 'day' ? /^10$/ : /^111$/ }).waitFor();
  }
  await page.locator('#range summary').click();
  await page.locator('#from').fill('1970-01-02');
  await page.locator('#to').fill('2069-12-31');
  await page.locator('#show-range').click();
  await page.waitForURL(/from=1970-01-02&to=2069-12-31$/);
  await page.locator('#figures[aria-busy="false"] #fixes', { hasText: /^111$/ }).waitFor();
  assert.ok(await page.locator('#notice').isHidden());
  assert.deepEqual(page.complaints, []);
});

test('the back button goes back to what was shown, and the address alone shows it again', async () => {
  const page = await open('?device=1&day=2024-05-12');
  await page.locator('#previous-day').click();
  await page.locator('#fixes', { hasText: '101' }).waitFor();
  await page.locator('#span').selectOption('year');
  await page.waitForURL(/from=2024-01-01/);
  await page.locator('#fixes', { hasText: '111' }).waitFor();
  await page.goBack();
  await page.locator('#fixes', { hasText: '101' }).waitFor();
  assert.match(page.url(), /day=2024-05-10$/);
  await page.goBack();
  await page.locator('#fixes', { hasText: /^10$/ }).waitFor();
  await page.goForward();
  await page.locator('#fixes', { hasText: '101' }).waitFor();
  assert.deepEqual(page.complaints, []);
});

test('several devices are shown together, each in its colour, on one clock', async () => {
  for (const [name, viewport] of [['390', PHONE], ['1280', DESKTOP]]) {
    const page = await open('?device=1&day=2024-05-10', { viewport });
    await page.locator('#range summary').click();
    await page.locator('#others button', { hasText: 'boat' }).click();
    await page.locator('#legend-devices li', { hasText: 'boat' }).waitFor();
    assert.match(page.url(), /device=1,2&day=2024-05-10$/);
    await page.locator('#others button', { hasText: HOSTILE }).click();
    await page.locator('#legend-devices li').nth(2).waitFor();
    assert.deepEqual(await page.locator('#legend-devices li').allInnerTexts(), ['alice/phone', 'boat', HOSTILE]);
    await page.locator('#figures[aria-busy="false"] #each tr').nth(2).waitFor();
    assert.match(await page.locator('#each tr').nth(0).innerText(), /alice\/phone\s+10\.0 km\s+17 min\s+36 km\/h/);
    assert.match(await page.locator('#each tr').nth(1).innerText(), /boat\s+21\.2 km/);
    const colours = await page.locator('#legend-devices .dot').evaluateAll((dots) => dots.map((dot) => dot.style.borderColor));
    assert.equal(new Set(colours).size, 3);
    assert.match(await text(page, 'readout'), /08:00:00 · alice\/phone 36 km\/h · boat 65 km\/h/);
    await page.locator('#position').focus();
    await page.keyboard.press('End');
    assert.match(await text(page, 'readout'), /08:20:00/, 'the clock ends with the last of them');
    await page.locator('#of-altitude').click();
    await page.locator('#against-distance').click();
    await shoot(page, `history-several-${name}`);
    assert.match(await text(page, 'story'), /told of one device at a time/);
    assert.ok(await page.locator('#correct').isHidden(), 'and corrected');
    await page.getByRole('button', { name: 'Only alice/phone' }).click();
    await page.locator('#legend-speed').waitFor();
    await page.locator('#correct').waitFor();
    assert.match(page.url(), /device=1&day=2024-05-10$/);
    assert.deepEqual(page.complaints, []);
  }
});

test('days and clock are those of a place when it is chosen', async () => {
  const page = await open('?device=2&day=2024-05-10');
  assert.match(await text(page, 'readout'), /^08:00:00/);
  await page.locator('#range summary').click();
  await page.locator('#zone').selectOption('Pacific/Fiji');
  await page.waitForURL(/zone=Pacific\/Fiji/);
  await page.locator('#readout', { hasText: '18:00:00' }).waitFor();
  await page.locator('#figures[aria-busy="false"]').waitFor();
  assert.equal(await page.locator('#zone').inputValue(), 'Pacific/Fiji');
  assert.deepEqual(page.complaints, []);
  for (const [query, time] of [['?device=4&day=2024-07-10&zone=Asia/Kathmandu', /^04:15:00/],
    ['?device=2&day=2024-05-10&zone=Mars/Olympus', /^08:00:00/]]) {
    await open(query);
    assert.match(await text(page, 'readout'), time);
    assert.deepEqual(page.complaints, []);
  }
});

test('the arrow keys go from fix to fix on the chart, and the map and the words follow', async () => {
  for (const viewport of [PHONE, DESKTOP]) {
    const page = await open('?device=1&day=2024-05-10', { viewport });
    await page.locator('#chart').focus();
    await page.keyboard.press('ArrowRight');
    assert.match(await text(page, 'readout'), /^08:00:10 .* 100 m$/);
    await page.keyboard.press('PageUp');
    assert.match(await text(page, 'readout'), /^08:03:30 /);
    await page.keyboard.press('End');
    assert.match(await text(page, 'readout'), /^08:16:40 /);
    await page.keyboard.press('ArrowLeft');
    assert.match(await page.locator('#chart').getAttribute('aria-valuetext'), /^08:16:30 /);
  }
});

test('nearer views of a long track are asked for, and what they give is drawn', async () => {
  const page = await renew(shown);
  const asked = [];
  await page.route('**/api/track?*', (route) => {
    const query = new URL(route.request().url()).searchParams;
    asked.push(Object.fromEntries(query));
    const fixes = ride(MORNING, 101).map((fix) => ({ ...fix, time: fix.time - MORNING + 1715320800000 }));
    const part = query.has('zoom') ? fixes : fixes.filter((fix, i) => i % 50 === 0);
    route.fulfill({ body: Buffer.from(encodeColumns(part, query.has('zoom') ? {} : { stride: 50, flags: 1 })) });
  });
  await visit(page, `${tracker.web}history?device=1&day=2024-05-10`);
  assert.match(await text(page, 'remark'), /one fix in 34/);
  assert.equal(asked.length, 1);
  for (let i = 0; i < 3; i++) await page.locator('.leaflet-control-zoom-in').click();
  await page.waitForFunction(() => document.getElementById('map').dataset.detail);
  const { west, east, zoom, max } = asked.at(-1);
  assert.ok(Number(west) > 11.5 && Number(east) < 11.75 && Number(zoom) > 12 && Number(max) === 30000, JSON.stringify(asked.at(-1)));
  for (let i = 0; i < 3; i++) await page.locator('.leaflet-control-zoom-out').click();
  await page.waitForFunction(() => document.getElementById('map').dataset.detail === '');
  assert.deepEqual(page.complaints, []);
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
  for (const [query, words] of [['?device=3', /no position yet/], ['?device=1&day=2020-01-01', /no position on this day/i]]) {
    const page = await open(query);
    assert.match(await text(page, 'notice'), words);
    assert.deepEqual(page.complaints, []);
  }
  const page = await open('?device=%00&day=yesterday&from=1&to=');
  assert.match(page.url(), /device=5&day=2024-05-10$/, 'the first one of the list');
  assert.deepEqual(page.complaints, []);
});

test('an error of the server is shown in its words', async () => {
  const page = await renew(shown);
  await page.route('**/api/track?*', (route) => route.fulfill({ status: 503, json: { error: 'the store is busy' } }));
  await visit(page, `${tracker.web}history?device=1`);
  assert.equal(await text(page, 'notice'), 'the store is busy');
});

test('a server that is busy with other tracks is asked again, and what it says is not shown', async () => {
  const page = await renew(shown);
  let asked = 0;
  await page.route('**/api/track?*', (route) => (++asked > 1 ? route.continue()
    : route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, json: { error: 'busy' } })));
  await visit(page, `${tracker.web}history?device=1&day=2024-05-10`);
  assert.equal(asked, 2);
  assert.equal(await text(page, 'fixes'), '101');
  assert.ok(await page.locator('#notice').isHidden());
});
