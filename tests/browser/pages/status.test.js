// The page of the server, for admins: charts that live, what fails, who may come; on a phone and on a
// desk, in both schemes. One tracker, one page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessibilityFaults, DESKTOP, openBrowser, openPage, PHONE, shoot, visit } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';

let browser, tracker, page;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['alice/phone'], ['--forward', 'http://127.0.0.1:9/a-secret']); // where nobody listens
  await tracker.addUser('member', 'a member of the family');
  for (let second = 0; second < 3; second++) {
    await tracker.send('alice/phone', { time: Date.now() - second * 1000, latitude: 48.1, longitude: 11.5 });
  }
  await tracker.send('nobody', { latitude: 48.1, longitude: 11.5 }).catch(() => {});  // is refused
  page = await openPage(browser, { viewport: PHONE });
  await page.clock.install(); // it goes as ours does until it is told otherwise
});
after(async () => {
  await browser.close();
  await tracker?.stop();
});

const chart = (name) => page.locator('figure', { hasText: name });

test('an admin comes to it from the account, and sees how the server does', async () => {
  await visit(page, `${tracker.web}account`);
  await page.getByRole('link', { name: 'How the server does, and backups' }).click();
  await page.getByRole('heading', { name: 'Server', level: 1 }).waitFor();
  await page.getByRole('status').filter({ hasText: 'All is well' }).waitFor();
  assert.equal(await page.locator('#problems').isVisible(), false);
  assert.match(await chart('Memory').locator('strong').innerText(), /^[\d.,]+ MB$/);
  for (const name of ['store', 'receiver 0', 'web app', 'supervisor']) {
    await page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) }).filter({ hasText: 'serves' }).waitFor();
  }
});

test('the charts go on by themselves: what is sent now is in them', async () => {
  const most = async () => Number((await chart('Positions stored').locator('.range').innerText()).match(/to ([\d.]+)\/s/)?.[1] ?? 0);
  assert.ok(await most() < 2, 'three were sent before');
  await Promise.all(Array.from({ length: 24 }, (_, second) =>
    tracker.send('alice/phone', { time: Date.now() - 60_000 - second * 1000, latitude: 48.2, longitude: 11.5 })));
  for (const end = Date.now() + 60_000; await most() < 2 && Date.now() < end;) await page.waitForTimeout(100);
  assert.ok(await most() >= 2);
  assert.match(await chart('Memory').locator('.line').getAttribute('d'), /^M.*L/);
  await page.getByRole('row').filter({ hasText: 'unknown device' }).waitFor();
});

test('what is forwarded is there: to whom, what waits, and why', async () => {
  const forwarded = page.getByRole('region', { name: 'Forwarded' });
  await forwarded.getByRole('heading', { name: 'http://127.0.0.1:9', exact: true }).waitFor();
  await forwarded.getByText('127.0.0.1:9: Connection refused').waitFor();
  const waiting = async () => Number(await forwarded.locator('dl > div', { hasText: /^Waiting/ }).locator('dd').innerText());
  for (const end = Date.now() + 60_000; await waiting() < 3 && Date.now() < end;) await page.waitForTimeout(100);
  assert.ok(await waiting() >= 3);
  assert.doesNotMatch(await page.locator('main').innerText(), /a-secret/);
});

test('it is whole on a phone and on a desk, in both schemes', async () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of [['phone', PHONE], ['desk', DESKTOP]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      assert.deepEqual(await accessibilityFaults(page), [], `${size}, ${colorScheme}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, size);
      await shoot(page, `status-${size}-${colorScheme}`);
    }
  }
  assert.deepEqual(page.complaints, []);
});

test('a member is not let in, and a server that is gone is said', async () => {
  const member = await openPage(browser, { isStranger: true });
  await visit(member, `${tracker.web}login?next=/status`);
  await member.getByLabel('Name').fill('member');
  await member.getByLabel('Password', { exact: true }).fill('a member of the family');
  await member.keyboard.press('Enter');
  await member.getByText('This page is for admins').waitFor();
  await tracker.stop();
  await page.clock.fastForward(5000);
  await page.getByRole('alert').filter({ hasText: 'The server does not answer.' }).waitFor({ timeout: 60_000 });
  tracker = undefined;
});
