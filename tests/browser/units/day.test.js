// Days by the browser's zone; without a browser: node takes the zone from TZ.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { pages } from '../support/folders.js';

const { addDays, dayOf, daySpan, isDay } = await import(`${pages}/day.js`);

const HOUR = 60 * 60000;
const before = process.env.TZ;

after(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

test('a day is 23 or 25 hours long where the clock changes, and 24 elsewhere', () => {
  const rows = [
    ['Europe/Berlin', '2024-01-10', '2024-01-09T23:00Z', 24],
    ['Europe/Berlin', '2024-07-10', '2024-07-09T22:00Z', 24],
    ['Europe/Berlin', '2024-03-31', '2024-03-30T23:00Z', 23],
    ['Europe/Berlin', '2024-10-27', '2024-10-26T22:00Z', 25],
    ['Asia/Kolkata', '2024-07-10', '2024-07-09T18:30Z', 24],
    ['Asia/Kathmandu', '2024-07-10', '2024-07-09T18:15Z', 24],
    ['Australia/Sydney', '2024-04-07', '2024-04-06T13:00Z', 25],
    ['Australia/Lord_Howe', '2024-10-06', '2024-10-05T13:30Z', 23.5],
    ['America/Santiago', '2024-09-08', '2024-09-08T04:00Z', 23], // its midnight is leapt over
    ['America/Asuncion', '2024-03-23', '2024-03-23T03:00Z', 25], // its last hour comes twice
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00Z', 0], // leapt over
  ];
  for (const [zone, day, begin, hours] of rows) {
    process.env.TZ = zone;
    const { from, to } = daySpan(day, day);
    assert.equal(from, Date.parse(begin), `${zone} ${day}`);
    assert.equal((to - from) / HOUR, hours, `${zone} ${day}`);
    if (hours === 0) continue;
    assert.equal(dayOf(from), day, zone);
    assert.equal(dayOf(to - 1), day, zone);
    assert.equal(dayOf(to), addDays(day, 1), zone);
  }
});

test('only real days are days', () => {
  assert.equal(addDays('2024-02-28', 2), '2024-03-01');
  assert.ok(isDay('2014-09-10') && isDay('2024-02-29'));
  for (const odd of ['2014-13-10', '2014-02-31', '2014-02-29', '2014-04-31', '2014-00-01', '10.9.2014', '', null, '2014-09-10T00:00']) assert.ok(!isDay(odd));
});
