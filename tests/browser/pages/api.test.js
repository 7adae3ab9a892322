// The description of the API: that tools can read it, that the server answers as it says, request by
// request, and the page that shows it, on a phone and on a desk, by keyboard. Whether each route is in it
// is asked by lessons/16-tracker/web_app/every_route_test.py.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { accessibilityFaults, DESKTOP, openBrowser, openPage, PHONE, shoot, visit } from '../support/browser.js';
import { load, modules } from '../support/needs.js';
import { sessionFields } from '../support/session.js';
import { Tracker } from '../support/tracker.js';

const SEEN_PASSWORD = 'a member of the family';
const NOW = Date.now();
const HOUR = 3_600_000;

let browser, tracker, page, description, ajv;

before(async () => {
  browser = await openBrowser();
  tracker = await Tracker.start(['van', 'boat'], ['--web-hooks', '127.0.0.0/8']);
  for (let minute = 60; minute > 0; minute--)
    await tracker.send('van', { time: NOW - minute * 60_000, latitude: 48.1 + (minute < 40 ? minute / 1000 : 0.04), longitude: 11.5, speed: 5 });
  await fetch(`${tracker.devices}?id=van&timestamp=${NOW}&lat=95&lon=11.5`);
  description = await (await fetch(`${tracker.web}api/openapi.json`, { headers: sessionFields() })).json();
  const Ajv = load('ajv/dist/2020.js').default;
  ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema({ $id: 'https://api.example/', components: description.components });
  page = await openPage(browser, { viewport: PHONE });
});
after(async () => {
  await browser.close();
  await tracker.stop();
});

// A schema whose references are those of the description.
const absolute = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"https://api.example/#/components/'));
function faultsOf(schema, value) {
  const check = ajv.compile(absolute(schema));
  return check(value) ? [] : check.errors.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}

const operations = () => Object.entries(description.paths).flatMap(([address, item]) =>
  Object.entries(item).map(([method, operation]) => ({ address, method: method.toUpperCase(), operation })));
const jsonOf = (operation) => operation.responses['200']?.content?.['application/json'];

test('it is OpenAPI 3.1, and a document that is wrong is refused', async () => {
  const { Validator } = await import(pathToFileURL(path.join(modules, '@seriousme/openapi-schema-validator/index.js')));
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(description));
  assert.equal(valid, true, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
  const wrong = structuredClone(description);
  delete wrong.paths['/api/devices'].get.responses['200'].description;
  assert.equal((await new Validator().validate(wrong)).valid, false);
  const dangling = structuredClone(description);
  delete dangling.components.schemas.Device;
  assert.equal((await new Validator().validate(dangling)).valid, false);
});

test('each request has words of its own, and names that are there once', () => {
  const names = operations().map(({ operation }) => operation.operationId);
  assert.equal(new Set(names).size, names.length);
  const tags = description.tags.map(({ name }) => name);
  for (const { address, operation } of operations()) {
    assert.ok(operation.summary.length > 3, address);
    assert.ok(tags.includes(operation.tags[0]), address);
  }
});

test('its examples have the shape that it describes, and one that has not is found', () => {
  let count = 0;
  for (const { address, operation } of operations()) {
    const media = [operation.requestBody, ...Object.values(operation.responses)]
      .flatMap((part) => Object.values(part?.content ?? {})).filter(({ example }) => example !== undefined);
    for (const { schema, example } of media) {
      count++;
      assert.deepEqual(faultsOf(schema, example), [], address);
    }
  }
  assert.ok(count > 100, count);
  const { schema, example } = jsonOf(description.paths['/api/devices'].get);
  assert.notDeepEqual(faultsOf(schema, { devices: [{ ...example.devices[0], id: 'van' }] }), []);
  assert.notDeepEqual(faultsOf(schema, { ...example, more: 1 }), []);
});

async function ask(method, address, body, fields = sessionFields()) {
  const response = await fetch(new URL(address, tracker.web), { method,
    headers: { 'Content-Type': 'application/json', ...fields }, body: body === undefined ? undefined : JSON.stringify(body) });
  const answer = response.headers.get('content-type')?.startsWith('application/json') ? await response.json() : null;
  if (answer === null) await response.body?.cancel();
  return { status: response.status, answer, type: response.headers.get('content-type') };
}

// Asks, and holds what comes against what is described.
async function asDescribed(method, described, address, body, fields) {
  const operation = description.paths[described][method.toLowerCase()];
  const { status, answer, type } = await ask(method, address, body, fields);
  assert.equal(status, 200, `${method} ${address}: ${status} ${JSON.stringify(answer)}`);
  if (body !== undefined) assert.deepEqual(faultsOf(operation.requestBody.content['application/json'].schema, body), [], described);
  if (answer === null) assert.ok(Object.keys(operation.responses['200'].content).some((name) => name === '*/*' || type.startsWith(name)), `${address}: ${type}`);
  else assert.deepEqual(faultsOf(jsonOf(operation).schema, answer), [], `${method} ${address}: ${JSON.stringify(answer).slice(0, 2000)}`);
  return answer;
}

const span = `device=1&from=${NOW - 2 * HOUR}&to=${NOW + HOUR}`;
// Where a request needs more than the device and a span, or is not to be asked here.
const ASKED_WITH = {
  '/api/devices/{device}/retention': 'days=30',
  '/api/devices/{device}/thinning': 'days=30&minutes=10',
  '/api/devices/{device}/export': `${span}&format=gpx`,
  '/api/days': 'device=1',
  '/api/corrections': 'device=1',
  '/api/corrections/units': 'device=1',
};
const NEEDS_MORE = ['/api/map/streets.pmtiles', '/api/corrections/hidden', '/assets/{file}'];

test('what is read is answered as it says', async () => {
  for (const { address, method, operation } of operations()) {
    if (method !== 'GET' || operation['x-admits'] === 'holders' || NEEDS_MORE.includes(address)) continue;
    const names = (operation.parameters ?? []).map(({ $ref, name }) => name ?? $ref.split('/').at(-1));
    const query = ASKED_WITH[address] ?? (names.includes('From') ? span : '');
    await asDescribed('GET', address, `${address.replace('{device}', '1')}?${query}`);
  }
  await asDescribed('GET', '/api/track', `/api/track?${span}&format=json`);
  await asDescribed('GET', '/assets/{file}', '/assets/style.css');
});

// In this order; each uses what the one before has made.
test('what changes something takes what it says, and answers so', async () => {
  const run = new Set();
  const post = (address, body, fields) => {
    run.add(address);
    return asDescribed('POST', address, address.replace('{device}', '1'), body, fields);
  };
  const stranger = {}; // who logs in with a session has another one in its place
  const { device } = await post('/api/devices/add', { name: 'bike', identifiers: ['b7'] });
  for (const [name, more] of [['rename', { name: 'e-bike' }], ['token', {}], ['add_identifier', { identifier: 'b8' }],
    ['remove_identifier', { identifier: 'b8' }], ['retention', { days: 30 }], ['thinning', { days: 30, minutes: 10 }],
    ['setup', { url: 'http://192.0.2.1:5055' }]])
    await post(`/api/devices/${name}`, { device, ...more });
  await post('/api/devices/share', { viewer: 1, seen: device, may_see: true });
  await post('/api/devices/remove', { device });

  for (const name of ['on-the-way', 'stayed', 'split']) {
    const { correction } = await post(`/api/trips/${name}`, { device: 1, at: NOW - 50 * 60_000 });
    await post('/api/trips/undo', { device: 1, correction });
  }
  const { place } = await post('/api/places/add', { name: 'Home', lat: 48.1, lon: 11.5, radius_m: 75 });
  await post('/api/places/change', { place, name: 'House', lat: 48.1, lon: 11.5, radius_m: 80 });
  await asDescribed('GET', '/api/places', '/api/places');
  await post('/api/places/change', { place, name: 'Park', corners: [[48, 11], [48, 11.01], [48.01, 11.01]] });
  await asDescribed('GET', '/api/places', '/api/places');
  const { hook } = await post('/api/hooks/add', { url: 'http://127.0.0.1:9/', place });
  await post('/api/hooks/test', { hook });
  await asDescribed('GET', '/api/hooks', '/api/hooks');
  await post('/api/hooks/remove', { hook });
  await post('/api/places/remove', { place });

  const choice = { device: 1, from: NOW - 58 * 60_000, to: NOW - 52 * 60_000 };
  const finish = async (begun) => {
    for (let step = begun; !step.done;) step = await post('/api/corrections/go-on', { device: 1, correction: begun.correction });
    return begun.correction;
  };
  const hidden = await finish(await post('/api/corrections/hide', choice));
  await asDescribed('GET', '/api/corrections', '/api/corrections?device=1');
  await asDescribed('GET', '/api/corrections/hidden', `/api/corrections/hidden?device=1&correction=${hidden}`);
  await finish(await post('/api/corrections/undo', { device: 1, correction: hidden }));
  await finish(await post('/api/corrections/speeds', { ...choice, read_as: 'knots', sent_as: 'kmh' }));
  await post('/api/corrections/unit', { device: 1, unit: 'kmh' });
  await finish(await post('/api/corrections/delete', { ...choice, to: choice.from + 60_001 }));
  const again = await finish(await post('/api/corrections/hide', choice));
  await finish(await post('/api/corrections/delete-hidden', { device: 1, correction: again }));

  await post('/api/quarantine/replay', { device: 1 });
  await post('/api/quarantine/delete', { all: true });

  const { share, secret } = await post('/api/shares/add', { device: 1, name: 'Anna', live: true, from: NOW - HOUR, until: NOW + HOUR });
  await asDescribed('GET', '/api/shares', '/api/shares');
  const holder = { Authorization: `Bearer ${secret}` };
  for (const { address, operation } of operations())
    if (operation['x-admits'] === 'holders' && !address.endsWith('.pmtiles')) await asDescribed('GET', address, address, undefined, holder);
  await post('/api/shares/end', { share });

  const { link } = await post('/api/users/add', { name: 'anna', role: 'member' });
  const { users } = await asDescribed('GET', '/api/users', '/api/users');
  const user = users.find(({ name }) => name === 'anna').number;
  await post('/api/users/grants', { user, see: ['1'], change: [] });
  await post('/api/users/role', { user, role: 'admin' });
  await post('/api/welcome/look', { link }, stranger);
  await post('/api/welcome', { link, password: SEEN_PASSWORD }, stranger);
  await post('/api/users/link', { user });
  await post('/api/users/remove', { user });

  await post('/api/log-in', { name: 'tester', password: 'an account for tests' }, stranger);
  const other = (await asDescribed('GET', '/api/sessions', '/api/sessions')).sessions.find(({ is_this }) => !is_this);
  await post('/api/sessions/end', { number: other.number });
  await post('/api/sessions/end-rest');
  await post('/api/account/password', { old: 'an account for tests', new: 'another account for tests' });
  await post('/api/account/password', { old: 'another account for tests', new: 'an account for tests' });

  const { status, ok } = await fetch(new URL('/api/devices/2/import?upload=0&at=0&last=1', tracker.web), { method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream', ...sessionFields() },
    body: 'time,latitude,longitude\n2026-01-01T00:00:00Z,48.1,11.5\n' });
  assert.ok(ok, status);
  run.add('/api/devices/{device}/import');
  run.add('/api/log-out'); // would end what the other tests ask with; it has neither a body nor an answer of its own

  const described = operations().filter(({ method }) => method === 'POST').map(({ address }) => address);
  assert.deepEqual(described.filter((address) => !run.has(address)), []);
});

test('a stranger gets neither the page nor the document', async () => {
  assert.equal((await ask('GET', '/api/openapi.json', undefined, {})).status, 401);
  const response = await fetch(new URL('/api', tracker.web), { redirect: 'manual' });
  assert.equal(response.status, 303);
});

test('somebody comes to the page from the account, and finds a request by keyboard', async () => {
  await visit(page, `${tracker.web}account`);
  await page.getByRole('link', { name: 'the requests, one by one' }).click();
  await page.getByRole('heading', { name: 'For programs', level: 1 }).waitFor();
  await page.locator('.operation').last().waitFor();
  assert.equal(await page.locator('.operation').count(), operations().length);
  await page.getByLabel('Find').focus();
  await page.keyboard.type('post admins retention');
  await page.getByRole('status').filter({ hasText: '1 found' }).waitFor();
  const found = page.locator('.operation:visible');
  await found.locator('summary').focus();
  await page.keyboard.press('Enter');
  await found.getByText('For how many days its positions are kept').waitFor();
  await found.getByRole('row').filter({ hasText: 'days' }).first().waitFor();
  assert.match(await found.innerText(), /"days": 30/);
  assert.match(await found.innerText(), /401 Nobody is logged in/);
  assert.deepEqual(page.complaints, []);
});

test('an address names a request, and it is open, whatever was looked for', async () => {
  await visit(page, `${tracker.web}api#readTrack`);
  await page.locator('#readTrack[open]').getByText('Where a device was').waitFor();
});

test('it is whole on a phone and on a desk, in both schemes', async () => {
  for (const name of ['readTrack', 'listPositions', 'importTrack'])
    await page.evaluate((id) => { document.getElementById(id).open = true; }, name);
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of [['phone', PHONE], ['desk', DESKTOP]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      assert.deepEqual(await accessibilityFaults(page), [], `${size}, ${colorScheme}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, size);
      await shoot(page, `api-${size}-${colorScheme}`);
    }
  }
  assert.deepEqual(page.complaints, []);
});
