// The page of the devices: a phone that is not let in becomes a device with one click; tokens, names,
// identifiers, sharing, removal.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { accessibilityFaults, inEachLook, openBrowser, openPage, PHONE, renew, shoot, visit } from '../support/browser.js';
import { Tracker } from '../support/tracker.js';

const TURNS_THE_LINE = '\u202Etxt.exe\u2066 turned'; // no name; but a phone may call itself so
const HOSTILE = ['<img src=x onerror=alert(1)>', TURNS_THE_LINE, '😀'.repeat(16)];

let browser, tracker, shown;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start();
  shown = await openPage(browser);
});
after(async () => {
  await browser.close();
  await tracker.stop();
});
// Each test has devices of its own: those of the last one are removed.
afterEach(async () => {
  for (const context of browser.contexts()) if (context !== shown.context()) await context.close();
  await renew(shown); // or it would ask anew at each removal
  await tracker.removeDevices();
});

async function open(options, query = '') {
  const page = await renew(shown, options);
  await visit(page, `${tracker.web}devices${query}`);
  return page;
}

// As a phone whose app is set to `query`.
const phone = async (query) => (await fetch(`${tracker.devices}?${query}`)).status;
const place = (id, latitude = 48.1) => `id=${encodeURIComponent(id)}&lat=${latitude}&lon=11.5`;

// Presses Tab until the focus is on the button or field of this name.
async function tabTo(page, text) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
    });
    if (focused.trim().startsWith(text)) return;
  }
  assert.fail(`the keyboard does not reach ${text}`);
}

test('by keyboard: a device is added, a phone with a wrong name is seen, let in, and is on the map', async () => {
  const page = await renew(shown, { viewport: PHONE });
  await visit(page, tracker.web);
  await page.locator('#empty a', { hasText: 'Add a device' }).click();
  await page.waitForSelector('html[data-ready="devices"]');
  await tabTo(page, 'Add a device');
  await page.keyboard.press('Enter');
  await page.keyboard.type('alice/phone');
  await page.keyboard.press('Enter');
  const token = await page.locator('#token').innerText();
  assert.match(token, /^[\w-]{22}$/);
  assert.match(page.url(), /device=\d+$/);
  await shoot(page, 'devices-added-390');

  assert.equal(await phone(place('my-phne')), 403);
  await page.keyboard.press('Shift+Tab');
  await tabTo(page, 'All devices');
  await page.keyboard.press('Enter');
  const refused = page.locator('#refused li', { hasText: 'my-phne' });
  await refused.waitFor();
  assert.match(await refused.innerText(), /127\.0\.0\.1 · Traccar Client or alike · .*\s+The app sends the identifier “my-phne”, and no device has it\.\s+Add the identifier/);
  await shoot(page, 'devices-refused-390');
  await tabTo(page, 'Add it to alice/phone');
  await page.keyboard.press('Enter');
  await page.locator('.chips li', { hasText: 'my-phne' }).waitFor();
  await page.locator('#refused-section').waitFor({ state: 'hidden' });

  assert.equal(await phone(place('my-phne', 48.2)), 200);
  await page.locator('.facts', { hasText: 'by Traccar Client' }).waitFor();
  await page.goto(tracker.web);
  await page.locator('.device', { hasText: 'alice/phone' }).locator('.age', { hasText: /now|ago/ }).waitFor();
  assert.deepEqual(page.complaints, []);
});

test('with one click a device is made of an unknown phone', async () => {
  await tracker.addDevices(['alice/phone']);
  assert.equal(await phone(place('490154203237518')), 403);
  assert.equal(await phone(place('490154203237518')), 403);
  const page = await open();
  const refused = page.locator('#refused li', { hasText: '490154203237518' });
  assert.match(await refused.innerText(), /2 times/);
  await refused.locator('button', { hasText: 'Add a device with it' }).click();
  await page.locator('#panel-title', { hasText: '490154203237518' }).waitFor();
  assert.equal(await phone(place('490154203237518')), 200);
  await page.locator('.list .device', { hasText: '490154203237518' }).locator('.age', { hasText: /now|ago/ }).waitFor();
  await page.locator('#refused li', { hasText: 'the identifier “490154203237518”' }).waitFor({ state: 'detached' });
  assert.deepEqual(page.complaints, []);
});

test('why a phone is refused is said in words, and what cures it', async () => {
  await tracker.addDevices(['alice/phone']);
  const path404 = await fetch(`${tracker.devices}no/such/path`);
  assert.equal(path404.status, 404);
  assert.equal((await fetch(`${tracker.devices}osmand/Q7xk2mB9sT4vWz-1LpNe_0?lat=1&lon=2`)).status, 403);
  assert.equal(await phone(`${place('alice/phone', 95)}`), 200); // into quarantine
  const page = await open();
  const list = page.locator('#refused');
  await list.locator('li', { hasText: 'token' }).waitFor();
  assert.match(await list.innerText(), /an address at which no app is heard/);
  assert.match(await list.innerText(), /a token that no device has: Q7xk\.\.\. \(22 characters\)/);
  assert.doesNotMatch(await list.innerText(), /Q7xk2/);
  assert.equal(await list.locator('li', { hasText: /no app is heard|no device has: Q7xk/ }).locator('button').count(), 0, 'a token is nothing to add');
  await page.locator('.list .device', { hasText: 'The latitude is not between -90 and 90.' }).click();
  await page.locator('.last-refusal', { hasText: 'Put into quarantine' }).waitFor();
  assert.match(await page.locator('.last-refusal').innerText(), /127\.0\.0\.1[^]*exchanged/);
});

test('a new token takes the place of the old one, after a question that Escape ends', async () => {
  const page = await open();
  await page.locator('#add').click();
  await page.locator('#add-name').fill('bob');
  await page.keyboard.press('Enter');
  const old = await page.locator('#token').innerText();
  assert.equal(await phone(place(old)), 200);
  const renew = page.getByRole('button', { name: 'New token…' });
  await renew.click();
  assert.match(await page.locator('dialog').innerText(), /stops working at once/);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('dialog').isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'New token…');
  assert.equal(await phone(place(old)), 200);
  await renew.click();
  await page.getByRole('button', { name: 'Make a new token' }).click();
  await page.waitForFunction((before) => document.querySelector('#token')?.textContent !== before, old);
  assert.equal(await phone(place(old)), 403);
  assert.equal(await phone(place(await page.locator('#token').innerText())), 200);
});

test('names and identifiers change, what is refused stays typed, and sharing is said', async () => {
  const first = await tracker.addDevices(['alice/phone', 'bob']);
  const page = await open({}, `?device=${first}`);
  await page.locator('#new-name').fill('bob');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.locator('.problem', { hasText: 'There is a device bob already: choose another name.' }).waitFor();
  assert.equal(await page.locator('#new-name').inputValue(), 'bob');
  await page.locator('#new-name').fill('carol');
  await page.keyboard.press('Enter');
  await page.locator('#panel-title', { hasText: 'carol' }).waitFor();
  await page.locator('#new-identifier').fill('bob');
  await page.keyboard.press('Enter');
  await page.locator('.problem', { hasText: 'belongs to the device bob' }).waitFor();
  await page.locator('#new-identifier').fill('x2');
  await page.keyboard.press('Enter');
  await page.locator('.chips li', { hasText: 'x2' }).waitFor();
  assert.equal(await page.locator('#new-identifier').inputValue(), '');
  assert.equal(await phone(place('x2')), 200);
  await page.locator('.chips li', { hasText: 'x2' }).getByRole('button').click();
  await page.locator('.chips li', { hasText: 'x2' }).waitFor({ state: 'detached' });
  assert.equal(await phone(place('x2')), 403);
  await page.getByRole('checkbox', { name: 'bob' }).check();
  await page.reload();
  await page.locator('#panel-title').waitFor();
  assert.ok(await page.getByRole('checkbox', { name: 'bob' }).isChecked());
});

test('before a device is removed, the page says how many positions go with it', async () => {
  const first = await tracker.addDevices(['alice/phone', 'bob']);
  for (let i = 0; i < 3; i++) assert.equal(await phone(`${place('bob')}&timestamp=${1700000000 + i}`), 200);
  const page = await open({}, `?device=${first + 1}`);
  await page.getByRole('button', { name: 'Remove this device…' }).click();
  await page.locator('dialog', { hasText: 'With it go 3 positions.' }).waitFor();
  await page.keyboard.press('Enter'); // the focus is on Cancel
  assert.equal(await page.locator('.list .device').count(), 2);
  await page.getByRole('button', { name: 'Remove this device…' }).click();
  await page.getByRole('button', { name: 'Remove it for good' }).click();
  await page.locator('.list .device', { hasText: 'bob' }).waitFor({ state: 'detached' });
  assert.equal(await phone(place('bob')), 403);
  assert.match(page.url(), /devices$/);
  await tracker.addDevice('bob'); // its name is free
  await page.locator('.list .device', { hasText: 'bob' }).locator('.age', { hasText: 'never heard' }).waitFor();
});

test('hostile names are text that stays in its place, on small screens too', async () => {
  const page = await open({ viewport: { width: 320, height: 640 } });
  for (const text of HOSTILE) {
    await page.locator('#add').click();
    await page.locator('#add-name').fill(text);
    await page.keyboard.press('Enter');
    if (text === TURNS_THE_LINE) {
      await page.locator('#add-problem', { hasText: 'has a control character' }).waitFor();
      assert.match(page.complaints.splice(0).join(), /^console: .* status of 400 [^,]*$/);
      await page.locator('#add').click(); // closes the form
      continue;
    }
    await page.locator('#panel-title', { hasText: text }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    await page.locator('.back').click();
  }
  for (const text of HOSTILE) await phone(place(`${text} id`));
  for (const text of HOSTILE) await page.locator('#refused li', { hasText: `${text} id` }).waitFor();
  const apart = await page.locator('#refused .what bdi').allTextContents();
  for (const text of HOSTILE) assert.ok(apart.includes(`${text} id`), `it turns no other word: ${apart}`);
  await shoot(page, 'devices-hostile-320');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  assert.equal(await page.locator('main img').count(), 0);
  const age = page.locator('.list .device', { hasText: '<img' }).locator('.age');
  assert.equal(await age.innerText(), 'never heard');
  assert.deepEqual(page.complaints, []);
});

test('axe finds nothing, small or wide, light or dark, and every control is 44 pixels', async () => {
  const first = await tracker.addDevices(['alice/phone', 'bob']);
  await phone(`${place('alice/phone')}&batt=80`);
  await phone(place('my-phne'));
  await phone(place('bob', 95));
  for (const query of ['', `?device=${first + 1}`]) {
    const page = await open({}, query);
    await page.locator(query ? '#setup-title' : '#refused li').first().waitFor();
    await inEachLook(page, async (look) => {
      assert.deepEqual(await accessibilityFaults(page), [], `${look} ${query}`);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('a, button, select, input, summary')]
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          .filter(({ element, box }) => box.width > 0 && !element.matches('.skip') && (box.width < 21.5 || box.height < 21.5 ||
            (element.type !== 'checkbox' && (box.width < 44 || box.height < 44))))
          .map(({ element, box }) => `${element.outerHTML.slice(0, 60)} ${box.width}x${box.height}`));
      assert.deepEqual(small, []);
      await shoot(page, `devices-${look}${query ? '-open' : ''}`);
    });
    assert.deepEqual(page.complaints, []);
  }
});

test('while the server is away the page says so, and comes back by itself', async () => {
  await tracker.addDevices(['alice/phone']);
  const page = await open();
  await tracker.stopServing();
  await page.locator('#notice', { hasText: 'The server does not answer.' }).waitFor();
  await tracker.serveAgain();
  await page.locator('#notice').waitFor({ state: 'hidden' });
});

test('in a demo nobody\'s own device is added', async () => {
  const demo = await Tracker.start([], ['--demo']);
  try {
    const page = await openPage(browser);
    await visit(page, `${demo.web}devices`);
    await page.locator('#add').click();
    await page.locator('#add-name').fill('mine');
    await page.keyboard.press('Enter');
    await page.locator('#add-problem', { hasText: 'This is a demo' }).waitFor();
    assert.equal(await page.locator('#add-name').inputValue(), 'mine');
  } finally {
    await demo.stop();
  }
});
