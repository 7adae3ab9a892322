// Days by a zone's name; without a browser: node has the same table of zones.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { zoneNamed, zoneNames } = await import(`${pages}/zone.js`);
const { addDays } = await import(`${pages}/day.js`);

const HOUR = 60 * 60000;

test('a day is 23 or 25 hours long where the clock changes, and 24 elsewhere', () => {
  const rows = [
    ['Europe/Berlin', '2024-01-10', '2024-01-09T23:00Z', 24],
    ['Europe/Berlin', '2024-03-31', '2024-03-30T23:00Z', 23],
    ['Europe/Berlin', '2024-10-27', '2024-10-26T22:00Z', 25],
    ['America/New_York', '2024-03-10', '2024-03-10T05:00Z', 23],
    ['America/New_York', '2024-11-03', '2024-11-03T04:00Z', 25],
    ['Asia/Kathmandu', '2024-07-10', '2024-07-09T18:15Z', 24],
    ['Australia/Lord_Howe', '2024-10-06', '2024-10-05T13:30Z', 23.5],
    ['Australia/Lord_Howe', '2024-04-07', '2024-04-06T13:00Z', 24.5],
    ['America/Santiago', '2024-09-08', '2024-09-08T04:00Z', 23], // its midnight is leapt over
    ['America/Asuncion', '2024-03-23', '2024-03-23T03:00Z', 25], // its last hour comes twice
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00Z', 0], // leapt over
  ];
  for (const [name, day, begin, hours] of rows) {
    const zone = zoneNamed(name);
    const { from, to } = zone.span(day, day);
    assert.equal(from, Date.parse(begin), `${name} ${day}`);
    assert.equal((to - from) / HOUR, hours, `${name} ${day}`);
    if (hours === 0) continue;
    assert.equal(zone.dayOf(from), day, name);
    assert.equal(zone.dayOf(to - 1), day, name);
    assert.equal(zone.dayOf(to), addDays(day, 1), name);
  }
});

test('a year is as long as its hours, and its middle is of the day that the clock shows', () => {
  for (const name of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu']) {
    const zone = zoneNamed(name);
    const { from, to } = zone.span('2024-01-01', '2024-12-31');
    assert.equal((to - from) / HOUR, 366 * 24, name);
    // By parts: how a locale puts them together is another thing in each edition of its data.
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, year: 'numeric', month: '2-digit', day: '2-digit' });
    const shown = (time) => {
      const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
      return `${part.year}-${part.month}-${part.day}`;
    };
    for (let time = from; time < to; time += 0.5 * HOUR) {
      if (zone.dayOf(time) !== shown(time)) assert.fail(`${name} ${new Date(time).toISOString()}: ${zone.dayOf(time)}`);
    }
  }
});

test('the server is told when the offset changed, to the minute', () => {
  assert.equal(zoneNamed('Asia/Kolkata').changes(), '330');
  const berlin = zoneNamed('Europe/Berlin').changes().split(',');
  assert.equal(berlin[0], '60');
  assert.ok(berlin.includes('28530780:120') && berlin.includes('28833180:60'));
  assert.ok(zoneNamed('Australia/Lord_Howe').changes().split(',').includes(`${Date.parse('2024-10-05T15:30Z') / 60000}:660`));
});

test('no zone has more changes than the server takes, or than an address may be long', () => {
  const some = zoneNames().filter((name, i) => i % 16 === 0);
  for (const name of [...some, 'Africa/Casablanca', 'Africa/Cairo', 'America/Sao_Paulo', 'Asia/Gaza']) {
    const text = zoneNamed(name).changes();
    assert.match(text, /^-?\d+(,\d+:-?\d+)*$/, name);
    assert.ok(text.split(',').length <= 400 && text.length < 6000, `${name}: ${text.length} bytes`);
  }
});

test('a name of nonsense is no zone, and none is the viewer\'s', () => {
  for (const odd of ['Mars/Olympus', '<img>', 'Europe/Berlin\0', '../../etc/passwd']) assert.equal(zoneNamed(odd), null);
  assert.equal(zoneNamed('').name, new Intl.DateTimeFormat().resolvedOptions().timeZone);
});
