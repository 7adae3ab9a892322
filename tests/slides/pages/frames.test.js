// Frames as a sequence diagram: what the events add up to, and how it is drawn.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { frameInWords, Frames } from '../../../slides/web/frames.js';
import { ended } from '../support/deck.js';
import { inMachinery, slideTo } from '../support/machinery.js';

test('who takes part is told by the frames, in the order in which they are named', () => {
  const frames = new Frames();
  frames.hear({ name: 'frame', at: 12, from: 'client', to: 'server', what: 'SYN' });
  frames.hear({ name: 'output', at: 12, text: 'client' });
  frames.hear({ name: 'frame', at: 13, from: 'router', to: 'client', what: 'unreachable', lost: true });
  assert.deepEqual(frames.actors, ['client', 'server', 'router']);
  assert.deepEqual(frames.all.map(({ first, last }) => [first, last]), [[0, 1], [2, 0]]);
  assert.deepEqual(frames.all.map(frameInWords), ['0.012 s, client to server: SYN', '0.013 s, router to client, lost: unreachable']);
  frames.hear({ name: 'frame_refused', at: 14, why: 'a line that is none' });
  assert.deepEqual(frames.refused, ['a line that is none']);
  frames.clear();
  assert.deepEqual([frames.actors, frames.all, frames.refused], [[], [], []]);
});

const machinery = inMachinery();

// Where the arrow in a row begins and ends, from its sender, and where the columns are.
const drawn = (frames) => frames.evaluate((box) => {
  const middle = (element) => { const { left, width } = element.getBoundingClientRect(); return left + width / 2; };
  const columns = Object.fromEntries([...box.querySelectorAll('.actor')].map((actor) => [actor.textContent, middle(actor)]));
  const arrows = [...box.querySelectorAll('.frame')].map((row) => {
    const { left, right } = row.querySelector('.shaft').getBoundingClientRect();
    return row.querySelector('.arrow').dataset.way === 'left' ? [right, left] : [left, right];
  });
  return { columns, arrows };
});

// How many frames are seen whole where the pane is as high as below a question (question.css).
async function wholeRows(frames) {
  const style = await frames.page().addStyleTag({ content: '.reveal .run .panes.has-frames { height: 390px; } .run .frames > .rest { display: none; }' });
  const count = await frames.evaluate((box) => {
    box.scrollTop = box.scrollHeight;
    const top = box.querySelector('.heads').getBoundingClientRect().bottom - 1, bottom = box.getBoundingClientRect().bottom + 1;
    return [...box.querySelectorAll('.frame')].map((row) => row.getBoundingClientRect()).filter((row) => row.top >= top && row.bottom <= bottom).length;
  });
  await style.evaluate((element) => element.remove());
  return count;
}

test('each frame is an arrow from its sender to its receiver, and a lost one does not arrive', async () => {
  const { next, frames, slider } = await machinery.run('f-frames');
  const { page } = machinery;
  await page.waitForFunction(() => document.querySelectorAll('section.present .frame').length === 6 && !document.querySelector('section.present .next').disabled);
  const { columns, arrows } = await drawn(frames);
  assert.deepEqual(Object.keys(columns), ['client', 'resolver', 'server']);
  const near = (place, column) => Math.abs(place - columns[column]) < 8;
  const ways = ['client resolver', 'resolver client', 'client server', 'client server', 'server client', 'client server'];
  ways.forEach((way, i) => {
    const [from, to] = way.split(' ');
    assert.ok(near(arrows[i][0], from), `frame ${i} begins at ${from}`);
    assert.equal(near(arrows[i][1], to), i !== 2, `frame ${i} comes to ${to}`);
  });
  assert.equal(await wholeRows(frames), 6, 'as many as a step may have (slides/README.md)');
  assert.match(await frames.textContent(), /Left out: a line that is not NAME > NAME WHAT\./);
  for (const scheme of ['dark', 'light']) assert.deepEqual(await machinery.faults(scheme), [], scheme);
  await frames.locator('li').first().focus();
  await page.keyboard.press('End');
  assert.match(await page.evaluate(() => document.activeElement.querySelector('.spoken').textContent), /^\d+\.\d{3} s, client to server: ACK$/);
  await next.click();
  await ended(page);
  assert.equal(await frames.locator('.frame').count(), 6, 'the last picture stays');
  const first = await page.evaluate(() => Number(document.querySelector('section.present .timeline input').max));
  await slideTo(slider, 0);
  assert.ok(first > 6);
  assert.equal(await frames.locator('.frame').count(), 0);
});

test('without its server the recorded frames are drawn', async () => {
  const { frames } = await machinery.runAlone('f-frames');
  assert.equal(await frames.locator('.frame[data-lost="true"]').count(), 1);
  assert.equal(await frames.locator('.frame').count(), 6);
});
