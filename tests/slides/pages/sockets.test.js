// The sockets of a run: first what the events add up to and how it is said, without a browser; then the
// pane, beside two demos that go wrong.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { printDeck } from '../../../slides/print/pdf.js';
import { bytesInWords, Findings, SocketWords } from '../../../slides/web/socket-words.js';
import { Sockets } from '../../../slides/web/sockets.js';
import { ended, openDeck, pane, toSlideWith } from '../support/deck.js';
import { inMachinery, slideTo } from '../support/machinery.js';

const SERVER = [{ pid: 1, fd: 3 }], CLIENT = [{ pid: 2, fd: 4 }];
const listener = (more = {}) => ({ id: 1, protocol: 'tcp', state: 'LISTEN', local: '127.0.0.1:80', waiting: 0, backlog: 1, holders: SERVER, ...more });
const end = (id, local, peer, holders, more = {}) => ({ id, protocol: 'tcp', state: 'ESTABLISHED', local: `127.0.0.1:${local}`, peer: `127.0.0.1:${peer}`, receive: 0, send: 0, holders, ...more });
const words = new SocketWords((pid) => ({ 1: 'server', 2: 'client' }[pid]));

// What is wrong, in words.
const said = (...events) => words.faults(sum(...events)).map(({ say, size }) => say(size));

function sum(...events) {
  const sockets = new Sockets();
  for (const event of events) sockets.hear({ name: 'sockets', at: 5, sockets: [], ...event });
  return sockets;
}

test('a connection with both ends is one lane, with who has accepted on the right', () => {
  const { lanes } = sum({ sockets: [end(2, 80, 5000, SERVER), end(3, 5000, 80, CLIENT), listener()] });
  assert.deepEqual(lanes.map(({ kind, left, right }) => [kind, left.id, right?.id]), [['listener', 1, undefined], ['connection', 3, 2]]);
  const [foreign] = sum({ sockets: [end(3, 5000, 80, CLIENT)] }).lanes;
  assert.deepEqual([foreign.kind, foreign.left.id, foreign.right], ['connection', 3, undefined]);
});

test('the same addresses in two network namespaces are two connections', () => {
  const loopback = sum({ sockets: [end(2, 80, 5000, SERVER), end(3, 5000, 80, CLIENT, { space: 1 })] });
  assert.equal(loopback.lanes.length, 2);
  const far = { local: '10.0.0.1:80', peer: '10.0.0.2:5000' };
  const bridged = sum({ sockets: [end(2, 80, 5000, SERVER, far), end(3, 5000, 80, CLIENT, { local: far.peer, peer: far.local, space: 1 })] });
  assert.equal(bridged.lanes.length, 1);
});

test('two ends of a pair of Unix sockets are one lane, and come last', () => {
  const unix = (id, pair, more = {}) => ({ id, pair, protocol: 'unix', state: 'ESTABLISHED', receive: 0, send: 0, holders: SERVER, ...more });
  const { lanes } = sum({ sockets: [unix(8, 9), unix(9, 8), end(3, 5000, 80, CLIENT)] });
  assert.deepEqual(lanes.map(({ left, right }) => [left.id, right?.id]), [[3, undefined], [8, 9]]);
});

test('what is gone stays, told by its last state; what never had an address does not', () => {
  const sockets = sum({ sockets: [listener(), { id: 2, protocol: 'tcp', state: 'CLOSE', receive: 0, send: 0, holders: CLIENT }] }, { gone: [1, 2] });
  assert.deepEqual(sockets.lanes.map(({ state, kind, left }) => [state, kind, left.was]), [['gone', 'listener', 'LISTEN']]);
  assert.deepEqual(words.faults(sockets), []);
  const stopped = sum({ sockets: [end(3, 5000, 80, CLIENT)] });
  stopped.hear({ name: 'stopped', at: 9 });
  assert.deepEqual(stopped.lanes.map(({ state }) => state), ['gone']);
  for (let id = 10; id < 110; ++id) sockets.hear({ name: 'sockets', at: 6, sockets: [end(id, id, 80, CLIENT)], gone: [id - 1] });
  assert.ok(sockets.gone.length <= 40, 'so much of it is kept, and no more');
});

test('a queue is full when more wait than the backlog says, and nobody guesses where it is not known', () => {
  const faults = (more) => said({ sockets: [listener(more)] });
  assert.deepEqual(faults({ waiting: 2 }), ['full accept queue of server: 2 wait, backlog 1']);
  assert.deepEqual(faults({ waiting: 1 }), []);
  assert.deepEqual(faults({ waiting: 2, backlog: undefined }), []);
});

test('three in CLOSE_WAIT are a leak, two are not, and those that are only counted count', () => {
  const closing = (count) => Array.from({ length: count }, (_, i) => end(10 + i, 80, 5000 + i, SERVER, { state: 'CLOSE_WAIT' }));
  assert.deepEqual(said({ sockets: closing(2) }), []);
  assert.deepEqual(said({ sockets: closing(3) }), ['CLOSE_WAIT leak: 3 connections whose other side has closed, and server has not']);
  assert.match(said({ sockets: closing(2), more: { count: 950, states: { CLOSE_WAIT: 900 } } })[0], /leak: 902 /);
  const inKernel = closing(3).map((each) => ({ ...each, holders: [] }));
  assert.deepEqual(said({ sockets: inKernel }), [], 'what nobody has nobody can close');
});

test('a send queue is stalled when the other side takes nothing, not when it is long', () => {
  const sends = (more) => said({ sockets: [listener(), end(2, 80, 5000, SERVER, more), end(3, 5000, 80, CLIENT)] });
  assert.deepEqual(sends({ send: 3_800_000, probing: true }), ['stalled send queue of server, 3.8 MB: client does not read']);
  assert.deepEqual(sends({ send: 3_800_000 }), []);
  assert.deepEqual([0, 999, 1000, 129_000, 3_797_504].map(bytesInWords), ['0 B', '999 B', '1.0 KB', '129 KB', '3.8 MB']);
});

test('what was wrong stays named, by its worst', () => {
  const findings = new Findings();
  const full = (size, who) => ({ key: 'full 1', size, say: (most) => `${most} wait at ${who}` });
  for (const [faults, at] of [[[full(2, 'nobody')], 10], [[full(4, 'nobody')], 20], [[full(3, 'server')], 30], [[], 40]]) findings.hear(faults, at);
  assert.deepEqual(findings.all, [{ at: 10, most: 4, words: '4 wait at server', isNow: false }]);
});

test('a lane says itself in one sentence', () => {
  const { lanes } = sum({ sockets: [listener({ waiting: 2 }), end(2, 80, 5000, []), end(3, 5000, 80, CLIENT, { receive: 129_000 }), end(4, 5001, 80, CLIENT, { state: 'SYN_SENT', resent: 2 })] });
  assert.deepEqual(lanes.map((lane) => words.lane(lane)), [
    'Listener, server 3, 127.0.0.1:80, LISTEN, full: the next ones get no answer, accept queue: 2 wait, backlog 1',
    'Connection, tcp. client 4, 127.0.0.1:5000, ESTABLISHED, 129 KB not read. Other end: no process, 127.0.0.1:80, ESTABLISHED, in the accept queue',
    'Connection, tcp. client 4, 127.0.0.1:5001, SYN_SENT, no answer, asked again 2 times. Other end: 127.0.0.1:80',
  ]);
});

test('two copies of a socket are named, more are counted; where one process plays both sides, each has its name', () => {
  const copies = (...pids) => pids.map((pid) => ({ pid, fd: 5 }));
  const sockets = sum({ sockets: [listener({ holders: copies(1, 2) }), end(2, 80, 5000, copies(1, 2, 1)), end(3, 5000, 80, copies(1))] });
  const named = (ends) => sockets.lanes.flatMap(({ left, right }) => [left, right]).filter(Boolean).map((each) => new SocketWords((pid) => ({ 1: 'parent', 2: 'child' }[pid]), ends).holder(each));
  assert.deepEqual(named([]), ['parent 5, child 5', 'parent 5', 'parent 5, child 5 and 1 more']);
  assert.deepEqual(named(['client']), ['parent 5, child 5', 'client 5', 'parent 5, child 5 and 1 more']);
  assert.deepEqual(named(['client', 'server']), ['server 5', 'client 5', 'server 5 and 1 more']);
});

const machinery = inMachinery();

test('a full accept queue is seen, named, and can be read by everybody', async () => {
  const { sockets, next } = await machinery.run('d-backlog');
  const { page } = machinery;
  await sockets.getByText('full accept queue of server: 2 wait, backlog 1').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('section.present .wire[data-wire="asks"]').length === 2);
  assert.equal(await sockets.locator('.slot.taken').count(), 2);
  assert.equal(await sockets.locator('.accept-queue[data-full="true"]').count(), 1);
  assert.equal(await sockets.locator('.wire[data-wire="open"]').count(), 3, 'two that wait, and the pair');
  assert.equal(await sockets.getByText('in the accept queue', { exact: true }).count(), 2);
  for (const scheme of ['dark', 'light']) assert.deepEqual(await machinery.faults(scheme), [], scheme);
  await sockets.locator('li').first().focus();
  await page.keyboard.press('ArrowDown');
  assert.match(await page.evaluate(() => document.activeElement.querySelector('.spoken').textContent), /^Connection, tcp\. client \d/);
  assert.equal(await page.locator('section.present [data-demo="d-backlog"]').count(), 1, 'the slide is the same');
  await page.waitForFunction(() => [...document.querySelectorAll('section.present .run > .spoken')].some((each) => /full accept queue/.test(each.textContent)));
  await next.click();
  await ended(page);
  assert.equal(await sockets.locator('.finding[data-now="false"]').textContent().then((text) => /full accept queue/.test(text)), true, 'what was wrong stays named');
  assert.equal(await sockets.locator('.lane[data-state="here"]').count(), 0);
});

test('a leak and a stall are seen, and the slider leads back to them', async () => {
  const { sockets, next, slider } = await machinery.run('e-leak');
  await sockets.getByText(/^CLOSE_WAIT leak: 3 connections/).waitFor();
  await sockets.getByText(/^stalled send queue of server, .* MB: client does not read$/).waitFor();
  assert.equal(await sockets.locator('.end[data-state="CLOSE_WAIT"]').count(), 3);
  assert.equal(await sockets.locator('.wire[data-wire="stalled"]').count(), 1);
  const width = async (kind) => (await sockets.locator(`.${kind} .bar-fill`).boundingBox()).width;
  assert.ok(await width('send') > 5 * await width('receive'), 'the bars say which one is long');
  assert.deepEqual(await machinery.faults(), []);
  const place = Number(await slider.inputValue());
  await next.click();
  await ended(machinery.page);
  assert.equal(await sockets.locator('.end[data-state="CLOSE_WAIT"]').count(), 0);
  await slideTo(slider, place);
  assert.equal(await sockets.locator('.end[data-state="CLOSE_WAIT"]').count(), 3);
});

test('where the slide does not show sockets there is no pane of them', async () => {
  await toSlideWith(machinery.page, '[data-demo="1-lines"]');
  assert.equal(await pane(machinery.page).sockets.count(), 0);
});

test('without its server the recording is drawn, and it is on paper', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-sockets-'));
  const other = await openDeck(machinery.browser, `${machinery.address}?print-pdf`);
  const [first] = await other.locator('[data-demo="e-leak"] .finding').allTextContents();
  assert.match(first, /CLOSE_WAIT leak: 3|stalled send queue/);
  const { pages, wanted } = await printDeck(machinery.browser, machinery.address, path.join(folder, 'deck.pdf'));
  assert.equal(pages, wanted);
  fs.rmSync(folder, { recursive: true });
  const { sockets } = await machinery.runAlone('e-leak');
  assert.equal(await sockets.locator('.finding').count(), 2);
});
