// What is old of a device goes, or is thinned out: the page says how many before.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser, openPage, renew, shoot, visit as go } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';

let browser, tracker, shown;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start();
  shown = await openPage(browser);
});
after(async () => {
  await browser.close();
  await tracker.stop();
});

// The page of a new device of this name, which is its identifier, too; its number; and a way to send as it.
async function openDevice(name) {
  const device = await tracker.addDevices([name]);
  const page = await renew(shown);
  const send = async (seconds) => {
    const query = `id=${encodeURIComponent(name)}&lat=48.1&lon=11.5${seconds ? `&timestamp=${seconds}` : ''}`;
    assert.equal((await fetch(`${tracker.devices}?${query}`)).status, 200);
  };
  const count = () => page.evaluate(async (id) => (await (await fetch(`/api/devices/${id}/count`)).json()).fixes, device);
  return { page, send, count, visit: () => go(page, `${tracker.web}devices?device=${device}`) };
}

// Positions go bit by bit.
async function countBecomes(page, count, wanted) {
  for (const end = Date.now() + 60_000; await count() !== wanted && Date.now() < end;) await page.waitForTimeout(50);
  assert.equal(await count(), wanted);
}

test('how long positions are kept is set after the page has said what goes, and for ever goes back', async () => {
  const { page, send, count, visit } = await openDevice('kept');
  const old = Math.floor(Date.now() / 1000) - 40 * 86400;
  for (let i = 0; i < 3; i++) await send(old + i);
  await send();
  await visit();
  await page.locator('#kept', { hasText: 'For ever.' }).waitFor();
  const forEver = page.getByRole('button', { name: 'Keep them for ever' });
  assert.equal(await forEver.isVisible(), false);
  for (const answer of ['Escape', 'Enter']) { // the focus is on Cancel
    await page.locator('#keep-days').fill('30');
    await page.keyboard.press('Enter');
    await page.locator('dialog', { hasText: ': 3 positions. All of it goes now' }).waitFor();
    await page.keyboard.press(answer);
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  assert.equal(await page.locator('#kept').innerText(), 'For ever.');
  assert.equal(await count(), 4);
  await page.getByRole('button', { name: 'See what would go…' }).click();
  await shoot(page, 'devices-retention');
  await page.getByRole('button', { name: 'Remove it for good' }).click();
  await page.locator('#kept', { hasText: 'For 30 days.' }).waitFor();
  await countBecomes(page, count, 1);
  await forEver.click();
  await page.locator('#kept', { hasText: 'For ever.' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'keep-days');
  assert.deepEqual(page.complaints, []);
});

test('old positions are thinned out after the page has said how many, by keyboard', async () => {
  const { page, send, count, visit } = await openDevice('thinned');
  const midnight = (Math.floor(Date.now() / 86_400_000) - 40) * 86_400;
  for (const minute of [0, 1, 2, 10, 11]) await send(midnight + minute * 60);
  await visit();
  await page.locator('#thinned', { hasText: 'As they came.' }).waitFor();
  const leave = page.getByRole('button', { name: 'Leave the rest as it is' });
  assert.equal(await leave.isVisible(), false);
  for (const answer of ['Escape', 'Enter']) { // the focus is on Cancel
    await page.locator('#thin-days').focus();
    await page.keyboard.type('30');
    await page.keyboard.press('Tab');
    await page.keyboard.type('10');
    await page.keyboard.press('Enter');
    await page.locator('dialog', { hasText: '3 positions go and 2 stay, one every 10 minutes' }).waitFor();
    await shoot(page, 'devices-thinning');
    await page.keyboard.press(answer);
    await page.locator('dialog').waitFor({ state: 'detached' });
    for (const id of ['#thin-days', '#thin-minutes']) await page.locator(id).fill('');
  }
  assert.equal(await page.locator('#thinned').innerText(), 'As they came.');
  assert.equal(await count(), 5);
  await page.locator('#thin-days').fill('30');
  await page.locator('#thin-minutes').fill('10');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove them for good' }).click();
  await page.locator('#thinned', { hasText: 'Of those older than 30 days one every 10 minutes.' }).waitFor();
  await countBecomes(page, count, 2);
  await leave.click();
  await page.locator('#thinned', { hasText: 'As they came.' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'thin-days');
  assert.deepEqual(page.complaints, []);
});
