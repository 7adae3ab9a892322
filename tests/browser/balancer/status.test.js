// The balancer's status page: what it shows comes and changes by itself, everybody can use it, and it
// asks nobody but its own server.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { BackEnd, Balancer } from '../support/balancer.js';
import { accessibilityFaults, DESKTOP, openBrowser, openPage, PHONE, shoot, visit } from '../support/browser.js';

const LONG_NAME = 'localhost:1,weight=7';

let browser, backEnds, balancer;

before(async () => { browser = await openBrowser(); });
after(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await balancer?.stop();
  for (const one of backEnds) one.close();
});

async function start(options = []) {
  backEnds = [await BackEnd.start(), await BackEnd.start()];
  balancer = await Balancer.start(backEnds, options);
}

const card = (page, name) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
const figure = (page, label) => page.locator('#clients div').filter({ has: page.getByText(label, { exact: true }) }).locator('dd');

// Until `read` gives what is expected; the page has a status each second.
async function becomes(read, expected) {
  const deadline = Date.now() + 60000;
  let seen = await read();
  while (String(seen) !== String(expected) && Date.now() < deadline) seen = await read();
  assert.equal(String(seen), String(expected));
}

test('clients, charts and the table follow what happens', async () => {
  await start();
  const page = await openPage(browser);
  await visit(page, balancer.status);
  assert.match(await page.locator('#connection').textContent(), /^Live\. Policy round-robin/);
  await becomes(() => figure(page, 'open, of 1,000').textContent(), '0');
  for (let i = 0; i < 6; i += 1) await balancer.connect();
  await becomes(() => figure(page, 'open, of 1,000').textContent(), '6');
  const first = card(page, backEnds[0].name);
  await becomes(() => first.locator('.open b').textContent(), '3');
  await page.waitForFunction(() => document.querySelector('.open svg').getAttribute('aria-label').includes('now 3'));
  assert.notEqual(await first.locator('.open .line').getAttribute('d'), '');
  const row = page.getByRole('row', { name: backEnds[0].name });
  await becomes(async () => (await row.getByRole('cell').allTextContents()).slice(0, 4), ['up', '1', '3', '3']);
  assert.deepEqual(page.complaints, []);
});

test('a back end that is drained, added or gone is seen without a reload of the page', async () => {
  await start();
  const page = await openPage(browser);
  await visit(page, balancer.status);
  const [first, second] = backEnds.map(({ name }) => card(page, name));
  await balancer.control('drain', backEnds[0].name);
  await becomes(() => first.locator('.state').textContent(), 'drained');
  assert.match(await first.getAttribute('class'), /drained/);
  await balancer.control('remove', backEnds[1].name);
  await becomes(() => second.count(), 0);
  await balancer.control('add', LONG_NAME);
  await becomes(() => card(page, 'localhost:1').count(), 1);
  assert.equal(await page.getByRole('row').count(), 3);
});

test('one that dies is marked as down, and the title counts', async () => {
  await start(['--probe-every', '0.1', '--probe-rarest', '0.2', '--fall', '2']);
  const page = await openPage(browser);
  await visit(page, balancer.status);
  assert.equal(await page.title(), 'balancer: 2 of 2 up');
  backEnds[0].close();
  await becomes(() => card(page, backEnds[0].name).locator('.state').textContent(), 'down');
  assert.equal(await page.title(), 'balancer: 1 of 2 up');
});

test('who opens the page later sees the past', async () => {
  await start();
  for (let i = 0; i < 4; i += 1) await balancer.connect();
  let past = [];
  while (past.length < 2) {
    const { back_ends: all } = await (await fetch(`${balancer.status}history`)).json();
    past = all[0].samples;
  }
  const page = await openPage(browser);
  await visit(page, balancer.status);
  const points = (await card(page, backEnds[0].name).locator('.open .line').getAttribute('d')).split('L');
  assert.ok(points.length >= 2, `${points.length} points`);
});

test('a balancer that is gone is said, and found again', async () => {
  await start();
  const page = await openPage(browser);
  await visit(page, balancer.status);
  await balancer.stopServing();
  await becomes(() => page.locator('#connection').getAttribute('class'), 'lost');
  await balancer.restart();
  await becomes(() => page.locator('#connection').getAttribute('class'), '');
  assert.deepEqual(page.complaints, []);
});

test('axe finds nothing, small or wide, light or dark, and nothing scrolls sideways', async () => {
  await start(['--backend', LONG_NAME, '--probe-every', '0.1', '--fall', '1']);
  await balancer.control('drain', backEnds[1].name);
  for (let i = 0; i < 5; i += 1) await balancer.connect();
  if (process.env.WAYMARK_SHOTS) await somePast();
  for (const viewport of [PHONE, DESKTOP]) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await openPage(browser, { viewport, colorScheme });
      await visit(page, balancer.status);
      await becomes(() => card(page, 'localhost:1').locator('.state').textContent(), 'down');
      assert.deepEqual(await accessibilityFaults(page), [], `${viewport.width} ${colorScheme}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
      assert.deepEqual(page.complaints, []);
      await shoot(page, `balancer-${viewport.width}-${colorScheme}`);
      await page.context().close();
    }
  }
});

test('the keyboard reaches the back ends and scrolls the wide table', async () => {
  await start();
  const page = await openPage(browser, { viewport: PHONE });
  await visit(page, balancer.status);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'To the back ends');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'back-ends');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'wide');
  await page.keyboard.press('ArrowRight');
  await becomes(() => page.evaluate(() => document.querySelector('.wide').scrollLeft > 0), true);
});

test('another site cannot read it by a name of its own', async () => {
  await start();
  for (const [host, status] of [['127.0.0.1', 200], ['localhost:1', 200], ['[::1]', 200], ['evil.example', 421]]) {
    const answer = await rawStatus(host);
    assert.equal(answer, status, host);
  }
});

// Half a minute of clients that come, talk and go, so that there is something to look at.
async function somePast() {
  for (let i = 0; i < 60; i += 1) {
    const client = await balancer.connect();
    for (const one of balancer.clients) one.write('x'.repeat(300 * (i % 13)));
    if (i % 3 === 0) balancer.clients.shift().destroy();
    client.resume();
    await new Promise((resolve) => { setTimeout(resolve, 500 * Math.random()); });
  }
}

// fetch() does not let Host be set.
async function rawStatus(host) {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(`${balancer.status}status`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', reject).end();
  });
}
