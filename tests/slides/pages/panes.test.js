// The event stream of a run in a browser: the slider, the steps, the pictures, the keyboard and the windows
// that follow. The sums behind them are in events.test.js.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { openBrowser } from '../../browser/support/browser.js';
import { ended, goOnUntilEnded, openDeck, outOfView, pane, toSlideWith } from '../support/deck.js';
import { until } from '../support/processes.js';
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

async function run(demo, on = page) {
  await toSlideWith(on, `[data-demo="${demo}"]`);
  const found = pane(on);
  await found.go.click();
  return found;
}

const setSlider = (slider, value) => slider.evaluate((input, wanted) => {
  input.value = wanted;
  input.dispatchEvent(new Event('input'));
}, value);

test('a screen has the columns that slides/README.md tells', async () => {
  const columnsOf = (screen) => screen.evaluate((element) => {
    const row = element.appendChild(document.createElement('span'));
    const rows = (columns) => { row.textContent = 'x'.repeat(columns); return Math.round(row.offsetHeight / parseFloat(getComputedStyle(element).lineHeight)); };
    let columns = 1;
    while (rows(columns + 1) === 1) ++columns;
    row.remove();
    return columns;
  });
  for (const [demo, columns] of [['1-lines', 57], ['i-pipes', 52], ['f-frames', 46], ['h-load', 46], ['d-backlog', 46]]) {
    const { screen } = await run(demo);
    await goOnUntilEnded(page);
    assert.equal(await columnsOf(screen), columns, demo);
  }
});

test('the last picture stays, and the slider goes through all pictures before it', async () => {
  const { tree, slider, screen, place, play } = await run('1-lines');
  await ended(page);
  assert.match(await tree.textContent(), /programgoneexit status 7/);
  assert.equal(await slider.inputValue(), await slider.getAttribute('max'));
  await setSlider(slider, 0);
  await screen.evaluate((element) => new Promise((resolve) => { requestAnimationFrame(() => resolve(element)); }));
  assert.equal(await screen.textContent(), '');
  assert.match(await tree.textContent(), /are drawn here while it runs/);
  assert.match(await place.textContent(), /^before the start, event 0 of \d+$/);
  await play.click();
  await page.waitForFunction(() => /line 3/.test(document.querySelector('section.present .screen').textContent));
  assert.match(await tree.textContent(), /program/);
});

// Runs the demo until its parent and another process live.
async function familyLives() {
  const found = await run('2-family');
  await page.waitForFunction(() => document.querySelectorAll('section.present .tree .process:is([data-state="sleeps"], [data-state="runs"])').length >= 2);
  return found;
}

test('a tree that is too high is told in fewer words, and who was born last is in view', async () => {
  const first = await familyLives();
  assert.deepEqual(await outOfView(page), []);
  const low = await page.addStyleTag({ content: '.run .panes > .tree, .run .tree { max-height: 110px !important; }' });
  assert.notDeepEqual(await outOfView(page), [], 'it is drawn as before');
  await first.stop.click();
  await ended(page);
  const { tree, stop } = await familyLives();
  assert.match(await tree.getAttribute('class'), /is-tight/);
  assert.deepEqual(await tree.locator('.parent:visible').count(), 0);
  assert.ok(await tree.evaluate((element) => element.scrollTop) > 0);
  const names = await tree.locator('.process .name').allTextContents();
  assert.ok((await outOfView(page)).length < names.length);
  await stop.click();
  await ended(page);
  await low.evaluate((element) => element.remove());
});

test('the arrows move the slider and leave the slide where it is', async () => {
  const { slider } = await run('1-lines');
  await ended(page);
  await slider.focus();
  const before_ = Number(await slider.inputValue());
  await page.keyboard.press('ArrowLeft');
  assert.equal(Number(await slider.inputValue()), before_ - 1);
  assert.equal(await page.locator('section.present [data-demo="1-lines"]').count(), 1);
});

test('brief lives are one box, and the number in it is right', async (t) => {
  const { tree } = await run('a-brief');
  await ended(page);
  const text = await tree.textContent();
  if (/Seen by looking/.test(text)) return t.skip('each fork: perf_event_open is refused here');
  // Two, of those whose end was known and of the others. One alone is called by its number: "child 23".
  const names = await tree.locator('.name').allTextContents();
  const children = names.map((name) => /^(?:(\d+) × child|child \d+)$/.exec(name)).filter(Boolean);
  const lives = children.map(([, count]) => Number(count ?? 1));
  assert.equal(lives.reduce((sum, count) => sum + count, 0), 200, names.join(', '));
  assert.ok(await tree.locator('.process').count() < 12, 'not a box each');
});

test('a step waits for Next: by button, by key, by clicker; the focus is where the next key is wanted', async () => {
  const { go, next, stop, screen, state } = await run('b-steps');
  assert.ok(await go.isDisabled());
  await page.waitForFunction(() => document.activeElement.matches('.next'));
  assert.equal(await screen.textContent(), '1. before\n');
  await until(async () => await state.textContent() === 'step 1: Next goes on', 'the step is told'); // with the next picture
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /2\. after/.test(document.querySelector('section.present .screen').textContent) && !document.querySelector('section.present .next').disabled);
  assert.ok(await stop.isEnabled());
  await page.waitForFunction(() => document.activeElement.matches('.next')); // where a clicker finds the focus
  await page.keyboard.press('PageDown');
  await ended(page);
  assert.equal(await page.locator('section.present [data-demo="b-steps"]').count(), 1, 'the slide is the same');
  await pane(page).go.click();
  for (const key of ['n', 'Space']) {
    await page.waitForFunction(() => document.activeElement.matches('.next'));
    const { words } = await page.evaluate(() => ({ words: document.querySelector('section.present .state').textContent }));
    if (key === 'Space') await page.evaluate(() => document.activeElement.blur()); // on the button it is the button's
    await page.keyboard.press(key);
    await page.waitForFunction((before) => document.querySelector('section.present .state').textContent !== before, words);
  }
  await ended(page);
  await page.keyboard.press('PageDown');
  assert.equal(await page.locator('section.present [data-demo="b-steps"]').count(), 0, 'and afterwards the key is the deck\'s again');
  await toSlideWith(page, '[data-demo="b-steps"]');
  assert.ok(await next.isDisabled());
});

test('after Run the focus is on Stop, and after Stop on Run', async () => {
  const { stop } = await run('6-deaf');
  await page.waitForFunction(() => document.activeElement.matches('section.present .stop'));
  await pane(page).tree.getByText('program').waitFor();
  await stop.press('Enter');
  await page.waitForFunction(() => document.activeElement.matches('section.present .go'));
  assert.match(await pane(page).tree.textContent(), /programgonestopped/);
});

test('a slide shows the facts and roles that it has chosen, and others do not', async () => {
  const { tree, stop } = await run('c-blocks');
  await tree.locator('.fact[data-fact="pending"]').waitFor();
  assert.match(await tree.textContent(), /holder/);
  assert.match(await tree.locator('.fact[data-fact="pending"]').textContent(), /USR1/);
  assert.equal(await tree.locator('.fact[data-fact="terminal"]').count(), 0);
  await stop.click();
  await ended(page);
});

// Where a line begins and ends is where the descriptors are that it joins.
const linesOf = (tree) => tree.evaluate((element) => [...element.querySelectorAll('.lines .line')].map((line) => {
  const middle = (each) => { const { top, height } = each.getBoundingClientRect(); return top + height / 2; };
  const items = [...element.querySelectorAll(`.item[data-edge="${line.dataset.edge}"]`)];
  const marks = [...line.querySelectorAll('.tip, .dot')];
  const owner = (item) => item.closest('.process').querySelector('.name').textContent;
  return {
    edge: line.dataset.edge,
    writes: items.filter(({ dataset }) => dataset.way === 'w').map(owner),
    reads: items.filter(({ dataset }) => dataset.way === 'r').map(owner),
    tips: line.querySelectorAll('.tip').length,
    off: Math.max(...items.map((item, i) => Math.abs(middle(item) - middle(marks[i])))),
    right: line.getBoundingClientRect().right,
  };
}));

test('pipes between processes are lines from who writes to who reads, and go when an end has gone', async () => {
  const { tree, next, stop } = await run('i-pipes');
  const atStep = (number) => page.waitForFunction((wanted) => document.querySelector('section.present .state').textContent.startsWith(`step ${wanted}:`), number);
  await atStep(1);
  // A child closes what it inherits and does not use; the picture of the step may be older, and the next one is not.
  const wanted = [[['child 1', 'child 2'], ['parent'], 1], [['parent'], ['child 1'], 1], [['parent'], ['child 2'], 1]];
  let lines = [];
  await until(async () => {
    lines = await linesOf(tree);
    return isDeepStrictEqual(lines.map(({ writes, reads, tips }) => [writes, reads, tips]).sort(), wanted);
  }, 'the lines of three pipes').catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(lines)}`); });
  const right = (await tree.boundingBox()).x + (await tree.boundingBox()).width;
  for (const line of lines) {
    assert.ok(line.off < 15, `${line.edge} is ${line.off} px beside its descriptor`);
    assert.ok(line.right < right, `${line.edge} ends at ${line.right}, the pane at ${right}`);
  }
  assert.equal(await tree.locator('.edge.spoken').count(), 3, 'the same in words');
  await next.click();
  await atStep(2);
  await page.waitForFunction(() => document.querySelectorAll('section.present .lines .line').length === 2);
  assert.deepEqual((await linesOf(tree)).flatMap(({ writes, reads }) => [...writes, ...reads]).includes('child 1'), false);
  await stop.click();
  await ended(page);
});

test('the tree is one for the keyboard and is told in a sentence', async () => {
  const { tree, stop } = await run('2-family');
  await tree.locator('[data-state="zombie"]').first().waitFor();
  assert.equal(await tree.locator('[role=tree] [role=treeitem][tabindex="0"]').count(), 1);
  await tree.locator('[role=treeitem]').first().focus();
  await page.keyboard.press('ArrowDown');
  assert.ok(await page.evaluate(() => document.activeElement.querySelector('.name').textContent === 'program'));
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Home');
  assert.ok(await page.evaluate(() => document.activeElement.querySelector('.name').textContent === 'keeper'));
  assert.equal(await page.locator('section.present [data-demo="2-family"]').count(), 1);
  await page.waitForFunction(() => /child zombie/.test(document.querySelector('section.present .spoken').textContent));
  await stop.click();
  await ended(page);
});

test('a window that follows shows what the presented page runs, and its key goes on there', async () => {
  const follower = await page.context().newPage();
  await follower.goto(`${server.address}/decks/90-machinery?receiver`);
  await follower.waitForSelector('html[data-ready]');
  await toSlideWith(follower, '[data-demo="b-steps"]');
  await page.bringToFront();
  await run('b-steps');
  // By the clock: what is not in front gets hardly a frame.
  const byClock = { polling: 100 };
  await follower.waitForFunction(() => /1\. before/.test(document.querySelector('section.present .screen').textContent), null, byClock);
  await page.waitForFunction(() => !document.querySelector('section.present .next').disabled);
  const late = await page.context().newPage();
  await late.goto(`${server.address}/decks/90-machinery?receiver`);
  await late.waitForFunction(() => /1\. before/.test(document.querySelector('[data-demo="b-steps"] .screen').textContent), null, byClock);
  await page.bringToFront();
  await follower.bringToFront();
  await pane(follower).next.click(); // asks the presented page
  await follower.waitForFunction(() => /2\. after/.test(document.querySelector('section.present .screen').textContent));
  await page.bringToFront();
  await page.waitForFunction(() => !document.querySelector('section.present .next').disabled);
  await pane(page).next.click();
  await ended(page);
  await follower.close();
  await late.close();
});

test('when the server has gone the recording is shown, from the page itself, and told in words', async () => {
  const own = await startMachinery();
  const other = await openDeck(browser, `${own.address}/decks/90-machinery`);
  await own.stop();
  const { state, tree, slider } = await run('1-lines', other);
  await ended(other);
  assert.equal(await state.textContent(), 'The slide server does not answer: ./waymark slides starts it. Below is a recording.');
  assert.match(await tree.textContent(), /programgoneexit status 7/);
  assert.ok(await slider.isEnabled());
  await other.context().close();
});
