// Correcting: points that jump are hidden, shown again and deleted; the quarantine; units of speeds.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { accessibilityFaults, DESKTOP, openBrowser, openPage, PHONE, renew, shoot, visit } from '../support/browser.js';
import { NAME, PASSWORD } from '../support/session.js';
import { Tracker } from '../support/tracker.js';
import { ride } from '../support/trips.js';

const MORNING = Date.parse('2024-05-10T06:00:00Z');
const KNOTS_A_KMH = 1.852;
const JUMP = 7;
const NASTY = '<img onerror=alert(1)>';

let browser, tracker, shown;

// Ten fixes at 10 m/s, of which one is 20 km to the north.
function rideWithJump() {
  return ride(MORNING, 11).map((fix, i) => (i === JUMP ? { ...fix, latitude: fix.latitude + 0.18 } : fix));
}

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['at 390', 'at 1280', NASTY, 'car']);
  for (const name of ['at 390', 'at 1280']) await tracker.sendAll(name, rideWithJump());
  for (const latitude of ['95', 'NaN']) {
    const query = new URLSearchParams({ id: NASTY, lat: latitude, lon: 11, timestamp: MORNING, note: '<b>bold</b>' });
    assert.equal((await fetch(`${tracker.devices}?${query}`)).status, 200);
  }
  // The app says km/h where the protocol means knots.
  await tracker.sendAll('car', ride(MORNING, 50).map((fix) => ({ ...fix, speed: fix.speed * KNOTS_A_KMH })));
  shown = await openPage(browser);
});

after(async () => {
  await browser.close();
  await tracker.stop();
});
afterEach(async () => {
  for (const context of browser.contexts()) if (context !== shown.context()) await context.close();
});

async function open(address, options) {
  const page = await renew(shown, options);
  await visit(page, tracker.web + address);
  return page;
}

const metres = (page) => page.locator('#figures[aria-busy="false"] #distance').getAttribute('data-metres').then(Number);
const said = (page, text) => page.locator('#correct-said', { hasText: text }).waitFor();

// By the keyboard alone, from a control that has the focus.
async function tabTo(page, id) {
  for (let i = 0; i < 40; i++) {
    if (await page.evaluate(() => document.activeElement.id) === id) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach ${id}`);
}

async function openPanel(page) {
  await page.locator('#correct > summary').focus();
  await page.keyboard.press('Enter');
  await page.locator('#correct-count', { hasText: '1 point chosen' }).waitFor();
}

for (const [device, name, viewport] of [[1, '390', PHONE], [2, '1280', DESKTOP]]) {
  test(`by keyboard at ${name}: a jump is hidden, shown again, deleted, sent again and not back`, async () => {
    const page = await open(`history?device=${device}&day=2024-05-10`, { viewport });
    const before = await metres(page);
    assert.ok(before > 40000, `${before} m with the jump`);
    await openPanel(page);
    assert.match(await page.locator('#correct-list button').innerText(), /20\.0 km away at 7,?\d+ km\/h/);
    await shoot(page, `correct-${name}`);
    assert.deepEqual(await accessibilityFaults(page, { within: '#correct' }), []);

    await tabTo(page, 'correct-hide');
    await page.keyboard.press('Enter');
    await said(page, '1 point is hidden.');
    await page.waitForFunction(() => Number(document.getElementById('distance').dataset.metres) < 1100);
    assert.match(await page.locator('#day').innerText(), /10 fixes/);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'correct-undo');
    await shoot(page, `correct-hidden-${name}`);

    await page.keyboard.press('Enter');
    await said(page, 'Shown again.');
    await page.waitForFunction((metres) => Number(document.getElementById('distance').dataset.metres) === metres, before);

    await page.locator('#correct-count', { hasText: '1 point chosen' }).waitFor();
    await tabTo(page, 'correct-delete');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('dialog h2').innerText(), 'Delete 1 point?');
    await shoot(page, `correct-ask-${name}`);
    await page.keyboard.press('Escape');
    assert.equal(await metres(page), before, 'Escape deletes nothing');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await said(page, '1 point is deleted.');
    await page.waitForFunction(() => Number(document.getElementById('distance').dataset.metres) < 1100);

    await tracker.send(`at ${name}`, rideWithJump()[JUMP]);
    await page.reload();
    await page.waitForSelector('html[data-ready]');
    assert.ok(await metres(page) < 1100, 'the phone has sent it again');
    assert.deepEqual(page.complaints, []);
  });
}

test('one point, a span of time by the clock that is shown, and a box choose; what is hidden so is listed and shown again', async () => {
  const page = await open('history?device=4&day=2024-05-10&zone=Pacific/Fiji');
  await page.locator('#correct > summary').click();
  const chosen = (text) => page.locator('#correct-count', { hasText: text }).waitFor();
  await chosen('Nothing is chosen');
  await page.locator('#correct-way').selectOption('point');
  await chosen('1 point chosen');
  await page.locator('#correct-next').click();
  assert.match(await page.locator('#correct-point-text').innerText(), /^18:00:10/);
  await page.locator('#correct-way').selectOption('span');
  await page.getByLabel('From, Pacific/Fiji').waitFor();
  await chosen('50 points chosen');
  await page.locator('#correct-to').fill('2024-05-10T18:01');
  await chosen('7 points chosen');
  await page.locator('#correct-from-here').click();
  await chosen('6 points chosen');
  await page.locator('#correct-way').selectOption('box');
  await chosen('Draw a box');
  await page.locator('#correct-view').click();
  await chosen('50 points chosen');
  await page.locator('#correct-draw').click();
  const map = await page.locator('#map').boundingBox();
  await page.mouse.move(map.x + 10, map.y + 10);
  await page.mouse.down();
  await page.mouse.move(map.x + map.width / 2, map.y + map.height - 10, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => /^(1\d|2\d|3\d) points chosen/.test(document.getElementById('correct-count').textContent));
  const count = parseInt(await page.locator('#correct-count').innerText(), 10);
  await shoot(page, 'correct-box-1280');
  await page.locator('#correct-hide').click();
  await said(page, `${count} points are hidden.`);
  await page.locator('#correct-all').click();
  await page.locator('#hidden-list h3', { hasText: `${count} points hidden` }).waitFor();
  await page.locator('#hidden-list summary').click();
  await page.locator('.points tbody tr').nth(count - 1).waitFor();
  assert.equal(await page.locator('.points tbody tr').count(), count);
  await shoot(page, 'corrections-hidden-1280');
  await page.getByRole('button', { name: 'Show again' }).click();
  await page.locator('#hidden-list', { hasText: 'Nothing of this device is hidden' }).waitFor();
  assert.deepEqual(page.complaints, []);
});

test('the quarantine says why in words, shows what was sent as text, and deletes after a question', async () => {
  for (const [name, viewport] of [['390', PHONE], ['1280', DESKTOP]]) {
    const page = await open('corrections?device=3#quarantine', { viewport });
    const cards = page.locator('#quarantine-list .card');
    assert.equal(await cards.count(), 2);
    assert.match(await cards.last().innerText(), /latitude is not on earth/);
    await cards.last().locator('summary').click();
    assert.match(await cards.last().locator('.raw').innerText(), /95/);
    assert.equal(await page.locator('#quarantine-list img, #quarantine-list b').count(), 0);
    await page.getByRole('button', { name: 'Read all again' }).click();
    await page.locator('#quarantine-said', { hasText: '0 points are positions now, 2 stay in quarantine.' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await shoot(page, `corrections-quarantine-${name}`);
    assert.deepEqual(page.complaints, []);
  }
  const page = await open('corrections?device=3#quarantine');
  await page.getByRole('button', { name: 'Delete…: number 1' }).click();
  await page.getByRole('button', { name: 'Keep' }).click();
  assert.equal(await page.locator('#quarantine-list .card').count(), 2);
  await page.getByRole('button', { name: 'Delete…: number 1' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.locator('#quarantine-said', { hasText: '1 point is deleted.' }).waitFor();
  assert.equal(await page.locator('#quarantine-list .card').count(), 1);
  assert.deepEqual(page.complaints, []);
});

test('a unit that the data contradicts is named, set, and what came before is put right', async () => {
  for (const [name, viewport, colorScheme] of [['390', PHONE, 'dark'], ['1280', DESKTOP, 'light']]) {
    const page = await open('corrections?device=4#units', { viewport, colorScheme });
    await page.locator('#hint-text', { hasText: 'seems to send km/h, and is read as knots' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await shoot(page, `corrections-units-${name}`);
  }
  const page = await open('corrections?device=4#units');
  await page.locator('#hint-set').click();
  await page.locator('#units-said', { hasText: 'From now on the speeds are read as km/h' }).waitFor();
  assert.equal(await page.locator('#unit').inputValue(), 'kmh');
  assert.equal(await page.locator('#read-as').inputValue(), 'knots');
  for (const id of ['speeds-from', 'speeds-to']) await page.locator(`#${id}`).fill('2024-05-10');
  await page.getByRole('button', { name: 'Put the speeds right' }).click();
  await page.locator('#units-said', { hasText: '50 speeds are put right' }).waitFor();
  // What the phone says from now on is read so, too.
  const [last] = ride(MORNING, 50).slice(-1);
  for (const seconds of [60, 70]) {
    await tracker.send('car', { ...last, time: last.time + seconds * 1000, speed: 11 * KNOTS_A_KMH });
  }
  await visit(page, `${tracker.web}history?device=4&day=2024-05-10`);
  assert.equal(await page.locator('#figures[aria-busy="false"] #top-speed').innerText(), '40 km/h');
  assert.deepEqual(page.complaints, []);
});

test('at 320 pixels nothing scrolls sideways, each control is 44 pixels, and the keyboard reaches all', async () => {
  const page = await openPage(browser, { viewport: { width: 320, height: 640 }, hasTouch: true });
  for (const part of ['hidden', 'quarantine', 'units']) {
    await page.goto('about:blank'); // or only the part behind # is another one
    await visit(page, `${tracker.web}corrections?device=3#${part}`);
    for (const details of await page.locator('summary:visible').all()) await details.click();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    const small = await page.evaluate(() => [...document.querySelectorAll('a, button, select, input, summary')]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => box.width > 0 && !element.matches('.skip, p a') && (box.width < 44 || box.height < 44))
      .map(({ element }) => element.outerHTML.slice(0, 80)));
    assert.deepEqual(small, []);
    const reached = new Set();
    await page.locator('.skip').focus();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const { id, outline } = await page.evaluate(() => ({ id: document.activeElement.id || document.activeElement.textContent,
        outline: document.activeElement === document.body ? '' : getComputedStyle(document.activeElement).outlineStyle }));
      if (outline === '') break;
      assert.notEqual(outline, 'none', `${id} shows that it has the focus`);
      reached.add(id);
    }
    const needed = { hidden: ['device', 'Units'], quarantine: ['replay-all', 'delete-all', 'Read again'], units: ['unit', 'read-as', 'speeds-to'] }[part];
    for (const id of needed) assert.ok(reached.has(id), `${id} of ${[...reached]}`);
  }
});

test('who may only look at a device is not asked to correct it', async () => {
  await tracker.addUser('Ben', PASSWORD, ['--sees', 'car']);
  await tracker.logIn('Ben', PASSWORD);
  const page = await openPage(browser);
  await visit(page, `${tracker.web}history?device=4&day=2024-05-10`);
  await page.locator('#figures[aria-busy="false"] #fixes', { hasText: /^\d+$/ }).waitFor();
  assert.ok(await page.locator('#correct').isHidden());
  await visit(page, `${tracker.web}corrections?device=4#quarantine`);
  assert.match(await page.locator('#notice').innerText(), /not correct them/);
  assert.equal(await page.locator('.part:visible').count(), 0);
  assert.deepEqual(page.complaints, [], 'nothing was asked that is refused');
  await tracker.logIn(NAME, PASSWORD);
});

test('a device without anything, a hash of nonsense, and a server that is away say so calmly', async () => {
  const page = await open('corrections?device=1#%00');
  await page.locator('#hidden-list', { hasText: 'Nothing of this device is hidden' }).waitFor();
  await page.route('**/api/quarantine*', (route) => route.fulfill({ status: 503, json: { error: 'the store is busy' } }));
  await page.locator('[data-part="quarantine"]').click();
  await page.locator('#notice', { hasText: 'the store is busy' }).waitFor();
  await page.unroute('**/api/quarantine*');
  await page.locator('#device').selectOption({ label: 'All devices' });
  await page.locator('#quarantine-list .card').first().waitFor();
  await page.locator('[data-part="units"]').click();
  await page.locator('#hint-text', { hasText: 'Nothing can be said yet' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'units-title');
});
