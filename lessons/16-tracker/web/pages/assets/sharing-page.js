// Makes share links, lists them, ends them. The times of the form are those of this browser's clock
// on the wall.

import { readDevices } from './api.js';
import { askFirst } from './ask-first.js';
import { element, onSubmit, ready, say } from './forms.js';
import { formatAge } from './format.js';
import { read, send } from './session.js';

const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

const place = (id) => document.getElementById(id);
const form = place('share');
const { device, name, what, from, to, until, end, battery } = form.elements;

// As an input of the kind datetime-local has it.
function localText(time) {
  const date = new Date(time - new Date(time).getTimezoneOffset() * MINUTE);
  return date.toISOString().slice(0, 16);
}

function midnight(days) {
  const date = new Date();
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() + days);
  return date.getTime();
}

function timeIn(field) {
  const time = new Date(field.value).getTime();
  if (!Number.isNaN(time)) return time;
  throw new Error(`“${field.labels[0].textContent}” is no time yet.`);
}

function endOfLink() {
  const now = Date.now();
  const ends = { hour: now + HOUR, evening: midnight(1), day: now + DAY, week: now + 7 * DAY };
  return ends[until.value] ?? timeIn(end);
}

function asked() {
  const body = { device: Number(device.value), name: name.value.trim(), live: what.value !== 'past',
    battery: battery.checked, until: endOfLink() };
  if (what.value === 'today') body.from = midnight(0);
  if (what.value === 'since' || what.value === 'past') body.from = timeIn(from);
  if (what.value === 'past') body.to = timeIn(to);
  return body;
}

function showFields() {
  place('from-entry').hidden = !['since', 'past'].includes(what.value);
  place('to-entry').hidden = what.value !== 'past';
  place('end-entry').hidden = until.value !== 'chosen';
}

function fillTimes() {
  const now = Date.now();
  from.value = localText(midnight(0));
  to.value = localText(now);
  end.value = localText(now + 2 * DAY);
  end.max = localText(now + 31 * DAY);
}

// "alice/phone" is a name for the family; strangers get its first word as a suggestion.
function suggestName() {
  const own = device.selectedOptions[0]?.textContent ?? '';
  if (name.value === '' || name.dataset.suggested === name.value) {
    name.value = name.dataset.suggested = own.split('/')[0];
  }
}

what.addEventListener('change', showFields);
until.addEventListener('change', showFields);
device.addEventListener('change', suggestName);

onSubmit(form, async () => {
  place('done').textContent = '';
  const { share, secret } = await send('/api/shares/add', asked());
  place('link-title').textContent = `The link for ${name.value.trim()}`;
  place('link').value = place('try').href = `${window.location.origin}/shared#${secret}`;
  place('link-box').dataset.share = share;
  place('copy').textContent = 'Copy';
  place('link-box').hidden = false;
  place('link-box').scrollIntoView({ block: 'nearest' });
  place('link-box').focus({ preventScroll: true });
  await showLinks();
});

place('copy').addEventListener('click', async () => {
  place('link').select();
  try {
    await navigator.clipboard.writeText(place('link').value);
    place('copy').textContent = 'Copied';
  } catch { /* without TLS a browser keeps the clipboard to itself: it is selected at least */ }
});

const moment = (time) => new Date(time).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });

function factsOf(share, now) {
  const parts = [share.live ? `live, way since ${moment(share.from)}` : `${moment(share.from)} to ${moment(share.to)}`];
  if (share.battery) parts.push('with the battery');
  parts.push(`made by ${share.by}`);
  parts.push(share.looked === null ? 'nobody has looked yet' : `last looked at ${formatAge(now - share.looked)}`);
  return parts.join(' · ');
}

function endOf({ open, ends }, now) {
  if (open) return `until ${moment(ends)}`;
  return ends <= now ? `ended ${moment(ends)}` : 'ended: who made it may not show the device any more';
}

function rowOf(share, now) {
  const title = element('strong', {}, element('bdi', { textContent: share.name }), ` – ${share.device_name}`);
  const main = element('div', { className: 'main' }, title,
    element('div', { className: 'side', textContent: factsOf(share, now) }),
    element('div', { className: 'side', textContent: endOf(share, now) }));
  const row = element('li', {}, main);
  if (share.open) {
    row.append(element('button', { type: 'button', textContent: 'End it', ariaLabel: `End it: the link ${share.name}`,
      onclick: () => endLink(share) }));
  }
  return row;
}

async function showLinks() {
  const { now, shares } = await read('/api/shares');
  const inOrder = [...shares].sort((a, b) => Number(b.open) - Number(a.open));
  place('links').replaceChildren(...inOrder.map((share) => rowOf(share, now)));
  place('links').hidden = shares.length === 0;
  place('none').hidden = shares.length > 0;
}

async function endLink({ share, name: shown }) {
  say(place('notice'), '');
  const isSure = await askFirst(`End the link ${shown}?`, 'Whoever looks at it now sees nothing any more, at once.', 'End it');
  if (!isSure) return;
  try {
    await send('/api/shares/end', { share });
    place('done').textContent = `The link ${shown} has ended.`;
    if (place('link-box').dataset.share === String(share)) place('link-box').hidden = true;
  } catch (error) {
    say(place('notice'), error.message);
  }
  await showLinks();
  place('links-title').scrollIntoView({ block: 'nearest' });
}

async function show() {
  const devices = (await readDevices()).filter(({ may_change: mayChange }) => mayChange);
  device.replaceChildren(...devices.map(({ id, name: text }) => element('option', { value: id, textContent: text })));
  const chosen = new URLSearchParams(window.location.search).get('device');
  if (devices.some(({ id }) => String(id) === chosen)) device.value = chosen;
  form.hidden = devices.length === 0;
  if (devices.length === 0) place('words').textContent = 'You can share a device that you may change, and there is none. An admin can let you.';
  suggestName();
  fillTimes();
  showFields();
  await showLinks();
}

show().catch((error) => say(place('notice'), error.message)).finally(ready);
