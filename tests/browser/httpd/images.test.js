// A page of many images from examples/httpd over TLS: the browser opens several connections at once,
// each with a handshake of its own, and asks for all of them in a moment.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';

import { openBrowser, openPage } from '../support/browser.js';
import { caBinary, httpdBinary } from '../support/needs.js';

const IMAGES = 120;

let browser, folder;

// Makes the site and the certificates.
before(async () => {
  browser = await openBrowser();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-images-'));
  const site = path.join(folder, 'site');
  fs.mkdirSync(site);
  const names = Array.from({ length: IMAGES }, (_, i) => `image${i}.svg`);
  names.forEach((name, i) => {
    const dots = Array.from({ length: 40 + i }, (_, n) => `<circle cx="${n}" cy="${(n * i) % 30}" r="2"/>`).join('');
    fs.writeFileSync(path.join(site, name), `<svg xmlns="http://www.w3.org/2000/svg" width="${20 + i}" height="30">${dots}</svg>`);
  });
  const tags = names.map((name) => `<img src="${name}" alt="">`).join('\n');
  fs.writeFileSync(path.join(site, 'index.html'),
    `<!doctype html><html lang="en"><title>images</title><link rel="icon" href="image0.svg">\n${tags}`);
  for (const words of [['init'], ['server', '127.0.0.1'], ['client', 'anna']]) {
    execFileSync(caBinary, [...words, '--folder', path.join(folder, 'authority')]);
  }
});
after(async () => {
  await browser.close();
  fs.rmSync(folder, { recursive: true });
});

const authority = (name) => path.join(folder, 'authority', name);

// Runs `use` with the address of a server that ends afterwards, in order.
async function withServer(options, use) {
  const server = spawn(httpdBinary, ['--root', path.join(folder, 'site'), '--listen', '127.0.0.1:0', '--access-log',
    path.join(folder, 'access.log'), '--tls-certificate', authority('127.0.0.1.pem'), '--tls-key', authority('127.0.0.1.key'),
    ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  try {
    const [line] = await once(readline.createInterface({ input: server.stdout }), 'line');
    await use(line.replace('listening on ', ''));
  } finally {
    server.kill();
  }
  assert.deepEqual(await ended, [0, null]);
}

async function look(address, options) {
  const page = await openPage(browser, { ignoreHTTPSErrors: true, ...options });
  const answer = await page.goto(address, { waitUntil: 'load' });
  assert.equal(answer.status(), 200);
  const widths = await page.evaluate(() => [...document.images].map((image) => image.naturalWidth));
  assert.deepEqual(widths, Array.from({ length: IMAGES }, (_, i) => 20 + i));
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

test('every image of the page is there, over TLS, in each design', async () => {
  for (const design of [['event'], ['dynamic-threads'], ['static-threads', '--threads', '16'], ['prefork', '--threads', '8']]) {
    await withServer(['--design', ...design], (address) => look(address));
  }
});

test('with a client certificate it is there, and without one nothing is', async () => {
  await withServer(['--tls-client-ca', authority('authority.pem')], async (address) => {
    const clientCertificates = [{ origin: new URL(address).origin, certPath: authority('anna.pem'), keyPath: authority('anna.key') }];
    await look(address, { clientCertificates });
    const page = await openPage(browser, { ignoreHTTPSErrors: true });
    await assert.rejects(page.goto(address));
    await page.context().close();
  });
});
