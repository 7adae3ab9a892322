// Running demos from a slide, with programs that misbehave on purpose.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { after, before, test } from 'node:test';

import { openBrowser } from '../../browser/support/browser.js';
import { ended, openDeck, pane, toSlideWith } from '../support/deck.js';
import { descendantsOf, lives, until } from '../support/processes.js';
import { startMachinery } from '../support/servers.js';

let browser, server, page;

before(async () => {
  browser = await openBrowser();
  server = await startMachinery();
  page = await openDeck(browser, `${server.address}/decks/90-machinery`);
});

after(async () => {
  await browser.close();
  await server.stop();
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

test('a run that has ended does not start again by itself', async () => {
  const { screen } = await run('1-lines');
  await ended(page);
  const before_ = await screen.textContent();
  await page.waitForTimeout(4000); // an EventSource would have come back after three seconds
  assert.equal(await screen.textContent(), before_);
});

test('the tree shows zombie and orphan, and Stop leaves nothing, not even the daemon', async () => {
  const { tree, stop, state } = await run('2-family');
  await tree.locator('[data-state="zombie"]').first().waitFor();
  const text = await tree.textContent();
  assert.match(text, /2-familyzombiepid \d+, parent \d+/);
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
  for (const [demo, words] of [['6-deaf', /killed by signal 9 \(Killed\).*; time limit of 1 s$/],
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

const folders = () => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('waymark-run-')).length;

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
    await toSlideWith(tab, '[data-demo="4-server"]');
    await pane(tab).go.click();
    await until(async () => /listening/.test(await pane(tab).screen.textContent()), 'it runs');
  }
  await tabs[6].reload();
  await tabs[6].waitForSelector('html[data-ready]');
  await tabs[0].context().close();
  await noneIsLeft();
});
