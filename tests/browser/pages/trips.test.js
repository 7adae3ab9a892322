// Trips and stays on the history page, and the page of places, as a person uses them.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { accessibilityFaults, DESKTOP, inEachLook, openBrowser, openPage, PHONE, renew, shoot, visit } from '../support/browser.js';
import { sessionFields } from '../support/session.js';
import { Tracker } from '../support/tracker.js';
import { going, resting } from '../support/trips.js';

const MORNING = Date.parse('2024-05-10T06:00:00Z'), MINUTE = 60000;
const HOME = { latitude: 48.14, longitude: 11.57 }, SCHOOL = { latitude: 48.152, longitude: 11.6 };
const STOP = { latitude: 48.146, longitude: 11.585 };
const HOSTILE = '<img src=x onerror=alert(1)>';

// Home, a bus stop for ten minutes, school, home.
const day = (start) => [
  ...resting(HOME, start, 60), ...going(HOME, STOP, start + 60 * MINUTE, 8),
  ...resting(STOP, start + 68 * MINUTE, 10), ...going(STOP, SCHOOL, start + 78 * MINUTE, 8),
  ...resting(SCHOOL, start + 86 * MINUTE, 60), ...going(SCHOOL, HOME, start + 146 * MINUTE, 12),
  ...resting(HOME, start + 158 * MINUTE, 30)];

let browser, tracker, shown;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['alice/phone', 'bob/phone', 'late']);
  for (const name of ['alice/phone', 'bob/phone']) await tracker.sendAll(name, day(MORNING));
  shown = await openPage(browser);
});

after(async () => {
  await browser.close();
  await tracker.stop();
});
afterEach(async () => {
  for (const context of browser.contexts()) if (context !== shown.context()) await context.close();
});

async function open(query, options) {
  const page = await renew(shown, options);
  await visit(page, `${tracker.web}history${query}`);
  await page.locator('#story .piece').first().waitFor();
  return page;
}
const titles = (page) => page.locator('.piece-title').evaluateAll((all) => all.map((each) => each.lastChild.textContent));
const told = (page, text) => page.locator('#story [role=status]', { hasText: text }).waitFor();

test('a day is a story, at both sizes, without a fault for axe', async () => {
  const page = await open('?device=1&day=2024-05-10');
  await page.locator('.piece.trip .piece-head').nth(1).click();
  await inEachLook(page, async (look, viewport) => {
    assert.deepEqual(await titles(page), ['Unnamed place', 'Trip', 'Unnamed place', 'Trip', 'Unnamed place', 'Trip', 'Unnamed place']);
    assert.deepEqual(await accessibilityFaults(page), [], look);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
    await shoot(page, `trips-${look}`);
  });
  assert.deepEqual(page.complaints, []);
});

test('what is chosen is shown by map, chart and slider', async () => {
  const page = await open('?device=1&day=2024-05-10');
  await page.locator('.piece-head').nth(4).click();
  assert.match(await page.locator('#position').getAttribute('aria-valuetext'), /09:2[56]:/, 'the player is at the beginning of the stay');
  const ink = (pane) => page.waitForFunction((name) => {
    const canvas = document.querySelector(`.leaflet-${name}-pane canvas`);
    return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
  }, pane);
  await ink('stay');
  await page.locator('.piece-head').nth(3).click();
  await ink('part');
  assert.equal(await page.locator('.piece-head[aria-expanded=true]').count(), 1);
});

test('by keyboard: through the list, a stay is named in place, and Escape closes', async () => {
  const page = await open('?device=1&day=2024-05-10', { viewport: PHONE });
  await page.locator('.piece-head').first().focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab'); // Show on the map
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // Name this place
  await page.keyboard.type(HOSTILE);
  await page.keyboard.press('Enter');
  await page.locator('.piece-title', { hasText: HOSTILE }).first().waitFor();
  const seen = await titles(page);
  assert.deepEqual([seen[0], seen[1], seen[5], seen[6]], [HOSTILE, `From ${HOSTILE}`, `To ${HOSTILE}`, HOSTILE]);
  assert.equal(await page.locator('#story img').count(), 0);
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'piece-head');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('.piece-actions').count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.className), 'piece-head');
  assert.deepEqual(page.complaints, []);
});

test('a name that is taken is refused, and what was typed stays', async () => {
  const page = await open('?device=1&day=2024-05-10');
  await page.locator('.piece-head').nth(4).click();
  await page.getByRole('button', { name: 'Name this place' }).click();
  await page.getByLabel('Name of this place').fill(HOSTILE);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'choose another name' }).waitFor();
  assert.equal(await page.getByLabel('Name of this place').inputValue(), HOSTILE);
});

test('a stay that was none joins two trips; it is undone; a trip is split', async () => {
  const page = await open('?device=2&day=2024-05-10');
  const count = () => page.locator('.piece').count();
  await page.locator('.piece.stay .piece-head').nth(1).click();
  await page.getByRole('button', { name: 'Only waited' }).click();
  await told(page, '5 entries');
  assert.equal(await count(), 5);
  assert.match(await page.locator('.piece-facts').nth(1).innerText(), /26 min.*corrected/);
  await page.reload();
  await page.locator('.piece').nth(4).waitFor();
  assert.equal(await count(), 5);
  await page.locator('.piece.trip .piece-head').first().click();
  await page.getByRole('button', { name: 'Undo the last correction' }).click();
  await told(page, '7 entries');
  await page.locator('.piece.trip .piece-head').last().click();
  assert.ok(await page.getByRole('button', { name: 'Split at the time shown' }).isDisabled());
  await page.locator('#position').fill('1520'); // of steps of six seconds
  await page.getByRole('button', { name: 'Split at 10:32' }).click();
  await told(page, '8 entries');
  assert.equal(await page.locator('.piece.trip').count(), 4);
});

test('late fixes change the list at the next look', async () => {
  const fixes = day(MORNING);
  await tracker.sendAll('late', fixes.slice(0, 30));
  const page = await open('?device=3&day=2024-05-10');
  assert.equal(await page.locator('.piece').count(), 1);
  await tracker.sendAll('late', fixes.slice(30).reverse());
  await page.reload();
  await page.locator('.piece').nth(6).waitFor();
});

test('places are added under the cross, changed and removed', async () => {
  for (const [viewport, name] of [[PHONE, 'Allotment'], [DESKTOP, 'Grandma']]) {
    const page = await renew(shown, { viewport });
    await visit(page, `${tracker.web}places`);
    await page.getByRole('button', { name: 'Add a place' }).click();
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Radius in metres').fill('5');
    await page.getByRole('button', { name: 'Save' }).click(); // the browser refuses 5
    await page.getByLabel('Radius in metres').fill('150');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.place-row', { hasText: name }).filter({ hasText: '150 m' }).waitFor();
    await page.locator('.place-row', { hasText: name }).click();
    await page.getByLabel('Name').fill(`${name}'s`);
    assert.deepEqual(await accessibilityFaults(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
    await shoot(page, `places-${viewport.width}`);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.place-row', { hasText: `${name}'s` }).click();
    await page.keyboard.press('Escape');
    assert.ok(await page.locator('#edit').isHidden());
    await page.locator('.place-row', { hasText: `${name}'s` }).click();
    await page.getByRole('button', { name: 'Remove this place' }).click();
    await page.locator('.place-row', { hasText: name }).waitFor({ state: 'detached' });
    assert.deepEqual(page.complaints, []);
  }
});

test('a place that is renamed without being moved stays where it was', async () => {
  const saved = await (await fetch(`${tracker.web}api/places/add`, { method: 'POST',
    headers: { 'Content-Type': 'application/json', ...sessionFields() },
    body: JSON.stringify({ name: 'Bakery', lat: 48.1512345, lon: 11.5712345, radius_m: 900 }) })).json();
  const page = await renew(shown, { colorScheme: 'dark' });
  await visit(page, `${tracker.web}places?place=${saved.place}`);
  await page.getByLabel('Name').fill('The bakery');
  await page.keyboard.press('Enter');
  await page.locator('.place-row', { hasText: 'The bakery' }).waitFor();
  const { places } = await (await fetch(`${tracker.web}api/places`, { headers: sessionFields() })).json();
  const bakery = places.find(({ place }) => place === saved.place);
  assert.deepEqual([bakery.name, bakery.lat, bakery.lon], ['The bakery', 48.1512345, 11.5712345]);
  await shoot(page, 'places-dark');
});
