// What the page says of a web hook; without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { stateOf } = await import(`${pages}/hooks-panel.js`);

const NOW = 1_700_000_000_000;
const HOOK = { tried: null, said: '', failures: 0, due: 0, waiting: 0, delivered: 0, dropped: 0 };

test('the state of a web hook is told in words, and only what there is of it', () => {
  const rows = [
    [{}, 'nothing was posted yet'],
    [{ waiting: 2 }, 'nothing was posted yet · 2 posts wait'],
    [{ tried: NOW - 12_000, said: 'status 204', delivered: 5 }, 'status 204, 12 s ago · 5 were taken'],
    [{ tried: NOW - 60_000, said: 'status 500', failures: 2, due: NOW + 4_200, waiting: 1, dropped: 1 },
      'status 500, 1 min ago · the next try is in 5 s · 1 post waits · 1 was dropped'],
    // One whose time has come is about to be tried; a clock that was set back makes nothing negative.
    [{ tried: NOW + 5_000, said: 'status 500', failures: 1, due: NOW - 1 }, 'status 500, now'],
  ];
  for (const [part, words] of rows) assert.equal(stateOf({ ...HOOK, ...part }, NOW), words);
});
