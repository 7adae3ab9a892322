// Running demos from a slide, with programs that misbehave on purpose.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { openBrowser, openPage } from '../../browser/support/browser.js';
import { ended, openDeck, pane, toSlideWith } from '../support/deck.js';
import { descendantsOf, lives, until } from '../support/processes.js';
import { startMachinery } from '../support/servers.js';

let browser, server, page, temporary;

before(async () => {
  browser = await openBrowser();
  // A folder of our own: other servers on this machine make and remove folders for their runs, too.
  temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-runs-'));
  server = await startMachinery({ TMPDIR: temporary });
  page = await openDeck(browser, `${server.address}/decks/90-machinery`);
});

after(async () => {
  await browser.close();
  await server.stop();
  fs.rmSync(temporary, { recursive: true, force: true });
});

// What a failed test leaves behind is not the next one's.
afterEach(async () => {
  await Promise.all(browser.contexts().filter((context) => context !== page.context()).map((context) => context.close()));
});

const started = () => descendantsOf(server.pid);
const noneIsLeft = () => until(() => started().length === 0, 'no process is left');

async function run(demo) {
  await toSlideWith(page, `[data-demo="${demo}"]`);
  const found = pane(page);
  await found.go.click();
  return found;
}

test('output, colours and the end in words', async () => {
  const { screen, state } = await run('1-lines');
  await ended(page);
  assert.match(await screen.textContent(), /^line 1 of 3, pid \d+\nline 2 of 3, pid \d+\nline 3 of 3, pid \d+\n$/);
  assert.equal(await screen.locator('.a32').first().textContent(), '1');
  assert.match(await state.textContent(), /^exit status 7 after \d\.\d\d s$/);
  await noneIsLeft();
});

test('a line that is too wide for the screen goes on further right', async () => {
  const { screen } = await run('1-lines');
  await ended(page);
  const lefts = await screen.evaluate((element) => {
    element.style.width = '8em';
    const row = document.createRange();
    row.selectNodeContents(element.firstElementChild);
    const rows = [...row.getClientRects()].filter(({ width }) => width > 1).sort((a, b) => a.top - b.top);
    element.style.width = '';
    return [rows[0].left, rows.at(-1).left].map(Math.round);
  });
  assert.ok(lefts[1] > lefts[0] + 20, lefts.join(', '));
});

test('what a run has printed is drawn when it is over, also in a page that gets no frames', async () => {
  const other = await openDeck(browser, `${server.address}/decks/90-machinery`);
  await other.evaluate(() => { window.requestAnimationFrame = () => 0; });
  await toSlideWith(other, '[data-demo="1-lines"]');
  await pane(other).go.click();
  await ended(other);
  assert.match(await pane(other).screen.textContent(), /^line 1.*\nline 2.*\nline 3.*\n$/);
});

test('a run that has ended does not start again by itself', async () => {
  const other = await openPage(browser);
  await other.clock.install();
  const requests = [];
  other.on('request', (request) => { if (request.method() === 'POST' || request.resourceType() === 'eventsource') requests.push(request); });
  await other.goto(`${server.address}/decks/90-machinery`);
  await other.waitForSelector('html[data-ready]');
  await toSlideWith(other, '[data-demo="1-lines"]');
  await pane(other).go.click();
  await ended(other);
  await other.clock.runFor(60000); // for what the page itself would do later
  // An EventSource comes back by the browser's own clock, after three seconds; a fetch never does.
  assert.deepEqual(requests.map((request) => request.resourceType()), ['fetch']);
});

test('the tree shows zombie and orphan, and Stop leaves nothing, not even the daemon', async () => {
  const { tree, stop, state } = await run('2-family');
  await tree.locator('[data-state="zombie"]').first().waitFor();
  const text = await tree.textContent();
  assert.match(text, /child 1zombieexit status 3pid \d+, parent \d+/);
  const keeper = Number(/keeperpid (\d+)/.exec(text)[1]);
  // The daemon's parent has ended: the keeper has taken it in.
  await until(() => started().some(({ name, parent }) => name === '2-family' && parent === keeper), 'the orphan');
  assert.ok(started().length >= 4);
  await stop.click();
  await noneIsLeft();
  assert.equal(await state.textContent(), 'stopped');
});

test('a line that is typed reaches the program', async () => {
  const { line, screen } = await run('3-echo');
  await line.fill('two words');
  await line.press('Enter');
  await ended(page);
  assert.equal(await screen.textContent(), 'two words\nyou typed: two words\n');
});

// Holds the request that starts the run of `demo`; `steer` is tried when it has been let through.
async function runHeldBack(other, demo, control, steer) {
  let letThrough;
  const mayBegin = new Promise((resolve) => { letThrough = resolve; });
  await other.route('**/api/runs', async (route) => { await mayBegin; await route.continue(); }, { times: 1 });
  await toSlideWith(other, `[data-demo="${demo}"]`);
  const found = pane(other);
  await found.go.click();
  assert.ok(await found.stop.isEnabled());
  assert.ok(await found[control].isDisabled(), `${demo}: nobody has told the page the number of the run`);
  letThrough();
  await steer(found[control]);
  return found;
}

test('nothing can be typed and no client called until the run has begun', async () => {
  const other = await openDeck(browser, `${server.address}/decks/90-machinery`);
  const echo = await runHeldBack(other, '3-echo', 'line', async (line) => { await line.fill('a'); await line.press('Enter'); });
  await ended(other);
  assert.equal(await echo.screen.textContent(), 'a\nyou typed: a\n');
  const { screen, stop } = await runHeldBack(other, '4-server', 'call', (call) => call.click());
  await until(async () => /answered one/.test(await screen.textContent()), 'the client has reached the server');
  await stop.click();
  await noneIsLeft();
});

test('a line that is typed waits for the one before it', async () => {
  const other = await openDeck(browser, `${server.address}/decks/90-machinery`);
  const sent = [];
  await other.route('**/input', (route) => { sent.push(route); });
  await toSlideWith(other, '[data-demo="3-echo"]');
  const { go, line, stop } = pane(other);
  await go.click();
  for (const words of ['one', 'two']) {
    await line.fill(words);
    await line.press('Enter');
  }
  await until(() => sent.length > 0, 'the first line is sent');
  await other.evaluate(() => fetch('/')); // a second request would have come by now
  assert.equal(sent.length, 1);
  await sent[0].fulfill({ status: 204 });
  await until(() => sent.length === 2, 'the second line is sent');
  assert.deepEqual(sent.map((route) => route.request().postDataJSON().line), ['one', 'two']);
  await stop.click();
  await other.context().close();
  await noneIsLeft();
});

test('a server and its client, twice', async () => {
  const { screen, call, client, stop } = await run('4-server');
  await until(async () => /listening/.test(await screen.textContent()), 'the server listens');
  for (const _ of [1, 2]) {
    await call.click();
    await until(async () => /hello/.test(await client.textContent()), 'the client is answered');
    await until(() => call.isEnabled(), 'the client can be run again');
  }
  await stop.click();
  await noneIsLeft();
});

test('limits of time, output and processes are told, and hold', async () => {
  // Who has not come as far as to ignore SIGTERM when the second is over ends by signal 15.
  for (const [demo, words] of [['6-deaf', /killed by signal (9 \(Killed\)|15 \(Terminated\)).*; time limit of 1 s$/],
    ['7-flood', /; output limit of 256 KB$/], ['8-forks', /; limit of 100 processes$/]]) {
    const { state } = await run(demo);
    await ended(page);
    assert.match(await state.textContent(), words);
    await noneIsLeft();
  }
});

test('the screen keeps the last two thousand lines', async () => {
  const { screen } = await run('7-flood');
  await ended(page);
  const lines = await screen.evaluate((element) => element.childElementCount);
  assert.ok(lines > 1000 && lines <= 2000, `${lines} lines`);
});

test('a screen that is scrolled begins and ends with a whole row', async () => {
  const { screen } = await run('7-flood');
  await ended(page);
  const cut = await screen.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    const rows = [...element.children].flatMap((row) => [...row.getClientRects()]);
    return [top, bottom].map((edge) => rows.filter((row) => row.top < edge - 1 && row.bottom > edge + 1).length);
  });
  assert.deepEqual(cut, [0, 0]);
  assert.ok(await screen.evaluate((element) => element.scrollTop) > 0);
});

test('where a run is impossible the recording is shown, and the reason', async () => {
  const { state, transcript } = await run('9-missing');
  await ended(page);
  assert.match(await state.textContent(), /^This demo is not built/);
  assert.ok(await transcript.isVisible());
  assert.match(await transcript.textContent(), /a recording of what is missing/);
});

test('closing the page ends its run', async () => {
  const other = await openDeck(browser, `${server.address}/decks/90-machinery`);
  await toSlideWith(other, '[data-demo="2-family"]');
  await pane(other).go.click();
  await until(() => started().length >= 5, 'the run has its processes');
  await other.context().close();
  await noneIsLeft();
});

const folders = () => fs.readdirSync(temporary).filter((name) => name.startsWith('waymark-run-')).length;

test('a keeper that is killed takes its run along, and its folder', async () => {
  const before_ = folders();
  await run('2-family');
  const family = await until(() => (started().length >= 5 ? started() : undefined), 'the run has its processes');
  assert.equal(folders(), before_ + 1);
  process.kill(family.find(({ name }) => name === 'keeper').pid, 'SIGKILL');
  await noneIsLeft();
  await until(() => folders() === before_, 'the folder is removed');
  await ended(page);
});

test('the end of the server is the end of its runs', async () => {
  const own = await startMachinery();
  const other = await openDeck(browser, `${own.address}/decks/90-machinery`);
  await toSlideWith(other, '[data-demo="2-family"]');
  await pane(other).go.click();
  const family = await until(() => (descendantsOf(own.pid).length >= 5 ? descendantsOf(own.pid) : undefined), 'the run has its processes');
  assert.deepEqual(await own.stop(), { code: 0, signal: null });
  for (const { pid, name } of family) assert.ok(!lives(pid), `${name} ${pid} lives`);
});

test('a server that is killed leaves no run either', async () => {
  const own = await startMachinery();
  const other = await openDeck(browser, `${own.address}/decks/90-machinery`);
  await toSlideWith(other, '[data-demo="2-family"]');
  await pane(other).go.click();
  const family = await until(() => (descendantsOf(own.pid).length >= 5 ? descendantsOf(own.pid) : undefined), 'the run has its processes');
  await own.stop('SIGKILL');
  await until(() => family.every(({ pid }) => !lives(pid)), 'all have ended');
});

test('seven tabs with a run each still load', async () => {
  const tabs = [];
  for (let i = 0; i < 7; ++i) {
    const tab = i === 0 ? await openDeck(browser, `${server.address}/decks/90-machinery`) : await tabs[0].context().newPage();
    if (i > 0) {
      await tab.goto(`${server.address}/decks/90-machinery`);
      await tab.waitForSelector('html[data-ready]');
    }
    tabs.push(tab);
  }
  // Idle slide pages hold no connection, so all of them load; then five of them run something.
  for (const tab of tabs.slice(0, 5)) {
    await tab.bringToFront(); // or it gets hardly a frame, and each click waits for some
    await toSlideWith(tab, '[data-demo="4-server"]');
    await pane(tab).go.click();
    await until(async () => /listening/.test(await pane(tab).screen.textContent()), 'it runs');
  }
  await tabs[6].reload();
  await tabs[6].waitForSelector('html[data-ready]');
  await tabs[0].context().close();
  await noneIsLeft();
});
