// What the page of the devices says to type into each app, and the codes that the apps scan: another
// program reads them from the screen.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { openBrowser, openPage, shoot, visit } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';

let browser, tracker;

before(async () => { browser = await openBrowser(); });
after(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await tracker?.stop();
  tracker = undefined;
});

async function open(options) {
  const page = await openPage(browser, options);
  await visit(page, `${tracker.web}devices`);
  return page;
}

const app = (page, key) => page.locator('#app').selectOption(key);
const field = (page, label) => page.locator('.fields div', { hasText: label }).locator('code').innerText();

function readByZbar(picture) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-code-'));
  const file = path.join(folder, 'code.png');
  fs.writeFileSync(file, picture);
  try {
    return execFileSync('zbarimg', ['-q', '--raw', '--oneshot', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('each app has its text, and the QR code says what the app reads', async () => {
  tracker = await Tracker.start();
  const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.locator('#add').click();
  await page.locator('#add-name').fill('bob');
  await page.locator('#add-form button[type=submit]').click();
  const token = await page.locator('#token').innerText();
  await page.locator('#phones-url').fill('http://192.0.2.1:5055/');
  await page.keyboard.press('Tab');
  await page.locator('.fields code', { hasText: 'http://192.0.2.1:5055' }).waitFor();
  const codes = [];
  for (const key of await page.locator('#app option').evaluateAll((all) => all.map(({ value }) => value))) {
    await app(page, key);
    const image = page.locator('.code img');
    if (await image.count() > 0) {
      const text = await image.getAttribute('data-says');
      assert.equal(readByZbar(await page.locator('.code').screenshot()), text, key);
      assert.notEqual(text, codes.at(-1));
      codes.push(text);
    }
    await shoot(page, `devices-app-${key}`);
  }
  assert.equal(codes.length, 4);
  await app(page, 'osmand');
  assert.match(await field(page, 'Online tracking'), new RegExp(`^http://192.0.2.1:5055/osmand/${token}\\?lat=\\{0\\}`));
  await page.locator('.fields .copy').first().click();
  await page.locator('.copy', { hasText: 'Copied' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await field(page, 'Online tracking'));
  await app(page, 'overland');
  assert.equal(await page.locator('.open-app').getAttribute('href'),
    `overland://setup?url=http%3A%2F%2F192.0.2.1%3A5055%2Foverland&token=${token}`);

  // An address that is none is refused in words, and stays in its field.
  await page.locator('#phones-url').fill('192.0.2.1');
  await page.keyboard.press('Tab');
  await page.locator('.problem', { hasText: 'must begin with http' }).waitFor();
  assert.equal(await page.locator('#phones-url').inputValue(), '192.0.2.1');

  // The token is not shown again.
  await page.reload();
  await page.locator('#panel-title').waitFor();
  assert.equal(await page.locator('#token').count(), 0);
  assert.doesNotMatch(await page.content(), new RegExp(token));
  assert.deepEqual(page.complaints.filter((text) => !/status of 400/.test(text)), []);
});
