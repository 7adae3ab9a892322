// Where the log-in leads to afterwards; without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { placeAfterLogIn } = await import(`${pages}/session.js`);

const origin = 'https://family.example:8443';
// As location.replace() understands it.
const after = (next) => new URL(placeAfterLogIn(`?next=${encodeURIComponent(next)}`, origin), origin);

test('the log-in leads to the page that was asked for, with its query and its fragment', () => {
  assert.equal(after('/history?device=2&from=5#day').href, `${origin}/history?device=2&from=5#day`);
  assert.equal(new URL(placeAfterLogIn('', origin), origin).href, `${origin}/`);
});

test('the log-in leads to no other server, whatever the address says', () => {
  for (const next of ['//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example',
    '/.//evil.example/x', '/a/..//evil.example', '/.\\/evil.example', '/%2e//evil.example', '/./\\evil.example',
    '/%2f%2fevil.example', 'https://evil.example/', 'javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x',
    'evil.example', '', '/login/..//evil.example?x#y'])
    assert.equal(after(next).origin, origin, JSON.stringify(next));
});
