// The pages by HTTPS, as a browser sees them that trusts the certificate: everything comes by it, the
// live stream as well, and goes on over a change of the certificate.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser, openPage, PHONE, visit } from '../support/browser.js';
import { caBinary, trackerBinary } from '../support/needs.js';
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

// A demo: its devices move by themselves, and nobody needs to log in.
test('the map is there and lives, and a new certificate does not disturb it', async () => {
  renew('first.example');
  const tracker = await Tracker.start([], ['--demo', '--web-certificate', file('web.pem'), '--web-key', file('web.key')]);
  try {
    assert.match(tracker.web, /^https:/);
    const page = await openPage(browser, { viewport: PHONE, ignoreHTTPSErrors: true });
    const plain = [], streams = [];
    page.on('request', (request) => {
      if (request.url().startsWith('http:')) plain.push(request.url());
      if (request.resourceType() === 'eventsource') streams.push(request.url());
    });
    await visit(page, tracker.web);
    await page.locator('#status', { hasText: 'Live' }).waitFor();
    renew('second.example');
    execFileSync(trackerBinary, ['reload', '--data', tracker.data]);
    // By the stream that began before.
    const device = page.locator('.device').first();
    const before = await device.innerText();
    await page.waitForFunction((text) => document.querySelector('.device').innerText !== text, before);
    assert.match(await page.locator('#status').innerText(), /Live/);
    assert.equal(streams.length, 1);
    // And what is asked from now on is answered with the new certificate.
    await page.goto(`${tracker.web}history`);
    assert.equal(await page.evaluate(() => window.isSecureContext && location.protocol), 'https:');
    assert.deepEqual(plain, []);
    assert.deepEqual(page.complaints, []);
  } finally {
    await tracker.stop();
  }
});
