// The checkers themselves: each is shown something wrong and must say so.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';

import { accessibilityFaults, leavesMachine, openBrowser, openPage } from '../support/browser.js';

const BAD_PAGE = `<!doctype html><title></title><img src="http://192.0.2.1/pixel.png">
  <script>console.error('oops')</script><button></button><p style="color:#999">pale</p>`;

let browser, server, address;

before(async () => {
  browser = await openBrowser();
  server = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(BAD_PAGE);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  address = `http://127.0.0.1:${server.address().port}/`;
});

after(async () => {
  await browser.close();
  server.close();
  server.closeAllConnections();
});

test('a request to another machine and a word on the console are complaints', async () => {
  const page = await openPage(browser);
  // It is caught before it leaves: no packet goes out.
  await page.route('http://192.0.2.1/**', (route) => route.abort());
  await page.goto(address);
  assert.ok(page.complaints.some((text) => text.startsWith('outside: http://192.0.2.1/')));
  assert.ok(page.complaints.some((text) => text === 'console: oops'));
});

test('axe finds what is wrong with a bad page', async () => {
  const page = await openPage(browser);
  await page.route('http://192.0.2.1/**', (route) => route.abort());
  await page.goto(address);
  const faults = (await accessibilityFaults(page)).join('\n');
  for (const rule of ['button-name', 'image-alt', 'color-contrast', 'html-has-lang']) {
    assert.match(faults, new RegExp(rule));
  }
});

test('only this machine is this machine', () => {
  assert.ok(!leavesMachine('http://127.0.0.1:8080/'));
  assert.ok(!leavesMachine('data:,'));
  assert.ok(leavesMachine('http://127.0.0.1.example.org/'));
  assert.ok(leavesMachine('https://tile.openstreetmap.org/1/1/1.png'));
});
