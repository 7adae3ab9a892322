// Who may run what: requests as a page of ours sends them, each with one thing changed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { after, before, test } from 'node:test';

import { startMachinery, programOf } from '../support/servers.js';

let server, token;

before(async () => {
  server = await startMachinery();
  const page = await (await fetch(`${server.address}/decks/90-machinery`)).text();
  [, token] = /name="run-token" content="([0-9a-f]{32})"/.exec(page);
});

after(() => server.stop());

// With node's own client, because fetch does not let us choose Origin and Host.
function ask({ path = '/api/runs', method = 'POST', headers = {}, body = { lesson: '90-machinery', demo: '1-lines' } }) {
  const { host } = new URL(server.address);
  const usual = { Host: host, Origin: server.address, 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json', 'X-Waymark-Token': token };
  const all = Object.fromEntries(Object.entries({ ...usual, ...headers }).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const request = http.request(`${server.address}${path}`, { method, headers: all }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(method === 'POST' ? JSON.stringify(body) : undefined);
  });
}

test('a page of ours may run a demo', async () => {
  const { status, headers, text } = await ask({});
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^text\/event-stream/);
  assert.match(text, /event: finished/);
});

test('who else asks is refused', async () => {
  for (const headers of [{ Origin: 'http://evil.example' }, { Origin: undefined }, { Origin: 'null' },
    { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { 'X-Waymark-Token': undefined },
    { 'X-Waymark-Token': '0'.repeat(32) }, { Host: 'evil.example' }, { Host: `evil.example:${new URL(server.address).port}` }]) {
    const { status, text } = await ask({ headers });
    assert.equal(status, 403, `${JSON.stringify(headers)}: ${text}`);
  }
});

test('a form of another site cannot be taken for a request of ours', async () => {
  const { status } = await ask({ headers: { 'Content-Type': 'text/plain' } });
  assert.equal(status, 415);
});

test('only demos of the manifest are run, and without arguments from outside', async () => {
  for (const body of [{ lesson: '90-machinery', demo: '../../bin/sh' }, { lesson: '90-machinery', demo: '10-none' },
    { lesson: '..', demo: '1-lines' }, { demo: '1-lines' }, [], 'text', { lesson: 1, demo: 2 }]) {
    const { status } = await ask({ body });
    assert.equal(status, 404, JSON.stringify(body));
  }
  const { text } = await ask({ body: { lesson: '90-machinery', demo: '1-lines', arguments: ['--help'], program: '/bin/ls' } });
  assert.match(text, /event: started/);
  assert.match(text, /of 3, pid/, 'it is the demo that has run');
  assert.doesNotMatch(text, /bin\/ls/);
});

test('a run cannot be steered from outside', async () => {
  for (const path of ['/api/runs/1/input', '/api/runs/1/client']) {
    assert.equal((await ask({ path, headers: { 'X-Waymark-Token': undefined } })).status, 403);
    assert.equal((await ask({ path })).status, 404, 'no such run');
  }
});

test('runs are started by POST alone', async () => {
  assert.notEqual((await ask({ method: 'GET' })).status, 200);
});

test('pages are for who names this machine', async () => {
  assert.equal((await ask({ method: 'GET', path: '/', headers: { Host: 'evil.example' } })).status, 403);
  assert.equal((await ask({ method: 'GET', path: '/' })).status, 200);
});

test('nothing outside the course is shown', async () => {
  for (const path of ['/source/../../../etc/passwd', '/source/%2e%2e/meson.build', '/source/.git/config',
    '/files/lessons/90-machinery/demos.cc', '/assets/../manifest.json', '/lessons/../slides']) {
    const { status } = await ask({ method: 'GET', path });
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
  }
  assert.equal((await ask({ method: 'GET', path: '/source/lessons/90-machinery/demos.cc' })).status, 200);
});

test('it listens on loopback only, and says why', () => {
  for (const address of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
    const { status, stderr } = spawnSync(programOf.file, ['serve', '--manifest', programOf.manifest,
      '--assets', programOf.assets, '--listen', address], { encoding: 'utf8' });
    assert.equal(status, 100, address);
    assert.match(stderr, /runs programs for whoever can reach it/);
  }
});
