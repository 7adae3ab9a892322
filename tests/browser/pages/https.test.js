// The pages by HTTPS, as a browser sees them that trusts the certificate: everything comes by it, the
// live stream as well, and goes on over a change of the certificate. Phones are told to come so, too.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser, openPage, PHONE } from '../support/browser.js';
import { caBinary, trackerBinary } from '../support/needs.js';
import { NAME, PASSWORD } from '../support/session.js';
import { Tracker } from '../support/tracker.js';

let browser, folder;

const file = (name) => path.join(folder, name);
const authority = (...words) => execFileSync(caBinary, [...words, '--folder', file('authority')]);

// Another certificate of this address in place of the one that is there.
function renew(name) {
  authority('server', name, '127.0.0.1');
  for (const end of ['pem', 'key']) {
    fs.copyFileSync(path.join(file('authority'), `${name}.${end}`), file(`web.${end}`));
  }
  fs.chmodSync(file('web.key'), 0o600);
}

before(async () => {
  browser = await openBrowser();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-https-'));
  authority('init');
});
after(async () => {
  await browser.close();
  fs.rmSync(folder, { recursive: true });
});

test('the map is there and lives, and a new certificate does not disturb it', async () => {
  renew('first.example');
  const tracker = await Tracker.start(['alice/phone'], ['--web-certificate', file('web.pem'), '--web-key', file('web.key'),
    '--listen-devices-tls', '127.0.0.1:0'], { hasAccounts: false });
  try {
    assert.match(tracker.web, /^https:/);
    const page = await openPage(browser, { viewport: PHONE, ignoreHTTPSErrors: true });
    const plain = [];
    page.on('request', (request) => { if (request.url().startsWith('http:')) plain.push(request.url()); });
    await tracker.send('alice/phone', { latitude: 48.1, longitude: 11.5, speed: 2 });
    await tracker.addUser(NAME, PASSWORD, ['--admin']);
    await page.goto(tracker.web);
    await page.getByLabel('Name').fill(NAME);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(tracker.web);
    await page.locator('#status', { hasText: 'Live' }).waitFor();
    const [cookie] = await page.context().cookies();
    assert.deepEqual([cookie.name, cookie.secure, cookie.httpOnly, cookie.sameSite], ['__Host-waymark', true, true, 'Lax']);
    renew('second.example');
    execFileSync(trackerBinary, ['reload', '--data', tracker.data]);
    // By the stream that began before.
    await tracker.send('alice/phone', { latitude: 48.2, longitude: 11.5, speed: 10, battery: 7 });
    await page.locator('.device', { hasText: /36 km\/h/ }).waitFor();
    // And what is asked from now on is answered with the new certificate.
    await page.goto(`${tracker.web}history`);
    assert.equal(await page.evaluate(() => window.isSecureContext && location.protocol), 'https:');
    const status = JSON.parse(execFileSync(trackerBinary, ['status', '--json', '--data', tracker.data]));
    await page.goto(`${tracker.web}devices`);
    await page.locator('#add').click();
    await page.locator('#add-name').fill('bob');
    await page.locator('#add-form button[type=submit]').click();
    await page.locator('#token').waitFor();
    assert.equal(await page.locator('#phones-url').inputValue(), `https://${status.devices_tls[0]}`);
    assert.deepEqual(plain, []);
    assert.deepEqual(page.complaints, []);
  } finally {
    await tracker.stop();
  }
});
