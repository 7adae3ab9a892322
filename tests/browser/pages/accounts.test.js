// The way in and the pages of accounts, as people use them: the first account, log-in and log-out,
// inviting somebody, who sees what, sessions, passwords, the audit log. By keyboard where it says so.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { accessibilityFaults, inEachLook, openBrowser, openPage, PHONE, shoot, visit } from '../support/browser.js';
import { NAME, PASSWORD } from '../support/session.js';
import { Tracker } from '../support/tracker.js';

let browser, tracker;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['alice/phone', '<img src=x onerror=alert(1)>']);
});
after(async () => {
  await browser.close();
  await tracker.stop();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

// What needs a server of another kind has one of its own.
async function withServer(options, look) {
  const own = await Tracker.start([], options, { hasAccounts: false });
  try {
    await look(own);
  } finally {
    await own.stop();
  }
}

const stranger = (options = {}) => openPage(browser, { isStranger: true, ...options });

// What a browser says of an answer that is a refusal on purpose.
const notOfRefusals = (complaints) => complaints.filter((text) => !/status of 4\d\d/.test(text));

async function logIn(page, name = NAME, password = PASSWORD) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

test('the first account is made with the printed link, by keyboard alone, and the link is used up', async () => {
  await withServer([], async (own) => {
    assert.match(own.firstLink, /\/welcome#[\w-]{22}$/);
    const page = await stranger({ viewport: PHONE });
    await visit(page, own.firstLink);
    await page.getByRole('heading', { name: 'Welcome to Waymark' }).waitFor();
    await page.keyboard.type('Zoë');
    await page.keyboard.press('Tab');
    await page.keyboard.type('short');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'shorter than 10 characters' }).waitFor();
    assert.equal(await page.getByLabel('Your name').inputValue(), 'Zoë', 'what was typed stays');
    await page.keyboard.type('a horse and a cart'); // in the place of the one that was too short
    await page.keyboard.press('Enter');
    await page.waitForURL(own.web);
    await visit(page, `${own.web}account`);
    await page.getByRole('heading', { name: 'Zoë', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Audit log' }).waitFor();
    const second = await stranger();
    await visit(second, own.firstLink);
    await second.getByRole('heading', { name: 'This link does not open' }).waitFor();
    assert.deepEqual(notOfRefusals([...page.complaints, ...second.complaints]), []);
  });
});

test('a stranger comes to the log-in and from there to the page that was asked for', async () => {
  const page = await stranger();
  await page.goto(`${tracker.web}history?device=1`);
  await page.waitForURL(/\/login\?next=/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'name', 'one can type at once');
  await logIn(page, 'nobody', 'not the password');
  await page.getByRole('alert').filter({ hasText: 'do not go together' }).waitFor();
  assert.equal(await page.getByLabel('Name').inputValue(), 'nobody');
  await logIn(page);
  await page.waitForURL(`${tracker.web}history?device=1`);
});

test('no address in the link sends anybody to another server', async () => {
  const page = await stranger();
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
    await visit(page, `${tracker.web}login?next=${encodeURIComponent(next)}`);
    await logIn(page);
    await page.waitForURL(tracker.web);
    await page.goto('about:blank'); // the map, once nobody is logged in, would go to the log-in by itself
    await page.context().clearCookies();
  }
});

test('somebody is invited, chooses a password, and sees what the admin chooses for them', async () => {
  const admin = await openPage(browser, { viewport: PHONE });
  await visit(admin, `${tracker.web}users`);
  await admin.getByLabel('Name', { exact: true }).fill('Ben <b>');
  await admin.getByRole('button', { name: 'Make a link' }).click();
  await admin.getByRole('heading', { name: 'The link for Ben <b>' }).waitFor();
  const link = await admin.locator('#link').inputValue();
  await admin.getByText('has not opened the link yet').waitFor();

  const ben = await stranger({ viewport: PHONE });
  await visit(ben, link);
  await ben.getByRole('heading', { name: 'Welcome, Ben <b>' }).waitFor();
  await ben.getByLabel('Password', { exact: true }).fill('a horse and a cart');
  await ben.keyboard.press('Enter');
  await ben.waitForURL(tracker.web);
  await ben.locator('#empty').waitFor();
  assert.equal(await ben.locator('.device').count(), 0, 'nothing is shared yet');

  await admin.reload();
  await admin.getByText('Sees 0 of 2 devices').click();
  await admin.getByLabel('Ben <b> may change alice/phone').check();
  await admin.getByText('Ben <b> sees 1 of 2 devices.').waitFor();
  assert.ok(await admin.getByLabel('Ben <b> may see alice/phone').isChecked(), 'who may change may see');
  await shoot(admin, 'users-390-open');
  await ben.locator('.device', { hasText: 'alice/phone' }).waitFor();

  await admin.getByRole('button', { name: 'Remove Ben <b>' }).click();
  await admin.keyboard.press('Escape');
  await admin.getByRole('button', { name: 'Remove Ben <b>' }).click();
  await admin.getByRole('button', { name: 'Remove', exact: true }).click();
  await admin.getByText('Ben <b> is removed.').waitFor();
  await ben.waitForURL(/\/login/);
  assert.deepEqual(notOfRefusals([...admin.complaints, ...ben.complaints]), []);
});

test('the last admin cannot be made a member, and the page shows what is', async () => {
  const page = await openPage(browser);
  await visit(page, `${tracker.web}users`);
  await page.getByLabel(`Role of ${NAME}`).selectOption('member');
  await page.getByRole('alert').filter({ hasText: 'the last admin who can log in' }).waitFor();
  await page.waitForFunction(() => document.querySelector('.person select').value === 'admin');
});

test('sessions are listed and ended, a password is changed, and log-out ends all', async () => {
  await tracker.addUser('Cleo', PASSWORD);
  const other = await stranger({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0' });
  await visit(other, `${tracker.web}login`);
  await logIn(other, 'Cleo');
  await other.waitForURL(tracker.web);
  const page = await stranger();
  await visit(page, `${tracker.web}login?next=/account`);
  await logIn(page, 'Cleo');
  await page.waitForURL(`${tracker.web}account`);
  await page.getByText('Firefox on Linux').waitFor();
  await page.getByRole('button', { name: 'Log out everywhere else' }).click();
  await page.getByText('You are logged out everywhere else.').waitFor();
  assert.equal(await page.getByText('Firefox on Linux').count(), 0);
  await other.waitForURL(/\/login/);

  await page.getByLabel('Password until now', { exact: true }).fill('wrong password');
  await page.getByRole('textbox', { name: 'New password', exact: true }).fill('a horse and a cart');
  await page.getByRole('button', { name: 'Change it' }).click();
  await page.getByRole('alert').filter({ hasText: 'The old password is another one.' }).waitFor();
  await page.getByLabel('Password until now', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Change it' }).click();
  await page.getByText('Your password is changed.').waitFor();

  await page.getByRole('button', { name: 'Log out', exact: true }).click();
  await page.waitForURL(`${tracker.web}login`);
  await logIn(page, 'Cleo', 'a horse and a cart');
  await page.waitForURL(tracker.web);
});

test('the audit log says who did what from where, and refusals alone when they are wanted', async () => {
  const page = await openPage(browser, { viewport: PHONE });
  await fetch(`${tracker.web}api/log-in`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: '<i>Eve</i> \u202eevE', password: 'guess' }) });
  await visit(page, `${tracker.web}audit`);
  const rows = page.locator('#entries li');
  const refused = rows.filter({ hasText: 'Log-in refused' }).filter({ hasText: '<i>Eve</i>' }).filter({ hasText: '127.0.0.1' });
  await refused.waitFor();
  assert.equal((await refused.locator('bdi').allTextContents())[0], '<i>Eve</i> \u202eevE', 'it turns no other word');
  await rows.filter({ hasText: 'Account added' }).filter({ hasText: `${NAME}, admin` }).filter({ hasText: 'on the server' }).waitFor();
  await page.getByLabel('Refusals only').check();
  const shown = await rows.filter({ visible: true }).allInnerTexts();
  assert.ok(shown.length > 0 && shown.every((text) => /refused/i.test(text)), shown.join('\n'));
  assert.deepEqual(page.complaints, []);
});

test('a demo asks nobody to log in, and says that it has no accounts', async () => {
  await withServer(['--demo'], async (own) => {
    const page = await stranger();
    await visit(page, `${own.web}account`);
    await page.getByText('it has no accounts').waitFor();
    assert.equal(await page.locator('#own').isVisible(), false);
  });
});

test('a member who comes to a page of admins reads whose it is', async () => {
  await tracker.addUser('Dan', PASSWORD, ['--sees', 'alice/phone']);
  const page = await stranger();
  await visit(page, `${tracker.web}login?next=/users`);
  await logIn(page, 'Dan');
  await page.getByRole('heading', { name: 'This page is for admins' }).waitFor();
  await inEachLook(page, async (name, viewport) => {
    assert.deepEqual(await accessibilityFaults(page), [], name);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
    await shoot(page, `accounts-admins-only-${name}`);
  });
  assert.equal((await page.goto(`${tracker.web}audit`)).status(), 403);
  assert.deepEqual(notOfRefusals(page.complaints), []);
});

test('axe finds nothing on the pages of accounts, they fit, and every control is large enough', async () => {
  for (const [isStranger, addresses] of [[true, ['login', 'welcome']], [false, ['account', 'users', 'audit']]]) {
    const page = await openPage(browser, { isStranger });
    for (const address of addresses) {
      await visit(page, tracker.web + address);
      for (const summary of await page.locator('main summary').all()) await summary.click();
      await inEachLook(page, async (name, viewport) => {
        assert.deepEqual(await accessibilityFaults(page), [], `${address} ${name}`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
        const small = await page.evaluate(() => [...document.querySelectorAll('main button, main select, main input:not([type=checkbox]):not(.unseen), main summary')]
          .map((element) => element.getBoundingClientRect()).filter(({ width, height }) => width > 0 && (width < 44 || height < 44)).length);
        assert.equal(small, 0, `${address}: controls under 44 pixels`);
        await shoot(page, `accounts-${address}-${name}`);
      });
    }
  }
});
