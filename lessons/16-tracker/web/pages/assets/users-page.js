import { element, onSubmit, ready, say } from './forms.js';
import { formatAge } from './format.js';
import { read, send } from './session.js';

const place = (id) => document.getElementById(id);
let devices = [];
let nameOfReader = '';

function stateOf({ has_password: hasPassword, link_until: linkUntil, used }) {
  const parts = [];
  if (!hasPassword && !linkUntil) parts.push('has no password, and no link is open');
  else if (!hasPassword) parts.push('has not opened the link yet');
  else parts.push(used ? `last here ${formatAge(Date.now() - used)}` : 'not logged in anywhere');
  if (linkUntil) parts.push(`a link is open until ${new Date(linkUntil).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}`);
  return parts.join(' · ');
}

// What was done is said; the list is read anew also after a refusal: it shows what is.
async function act(action, words) {
  say(place('notice'), '');
  place('done').textContent = '';
  try {
    await action();
    place('done').textContent = words;
  } catch (error) {
    say(place('notice'), error.message);
  }
  await show();
}

async function makeLink({ number, name }) {
  const { link } = await send('/api/users/link', { user: number });
  showLink(name, link);
}

function showLink(name, link) {
  place('link-title').textContent = `The link for ${name}`;
  place('link').value = `${location.origin}/welcome#${link}`;
  place('copy').textContent = 'Copy';
  place('link-box').hidden = false;
  place('link-box').focus();
}

place('copy').addEventListener('click', async () => {
  place('link').select();
  try {
    await navigator.clipboard.writeText(place('link').value);
    place('copy').textContent = 'Copied';
  } catch { /* without TLS a browser keeps the clipboard to itself: it is selected at least */ }
});

// Resolves to whether the person wants it.
function isSure(name) {
  const dialog = place('sure');
  place('sure-title').textContent = `Remove ${name}?`;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

async function remove(user) {
  if (await isSure(user.name)) await act(() => send('/api/users/remove', { user: user.number }), `${user.name} is removed.`);
}

function roleField(user) {
  const select = element('select', {}, ...['member', 'admin'].map((role) =>
    element('option', { value: role, textContent: role === 'admin' ? 'Admin' : 'Member', selected: role === user.role })));
  select.setAttribute('aria-label', `Role of ${user.name}`);
  select.addEventListener('change', () => act(() => send('/api/users/role', { user: user.number, role: select.value }),
    `${user.name} is ${select.value === 'admin' ? 'an admin' : 'a member'} now.`));
  return select;
}

function tick(user, device, kind) {
  const box = element('input', { type: 'checkbox', checked: user[kind].includes(device.number) });
  box.setAttribute('aria-label', `${user.name} may ${kind} ${device.name}`);
  box.addEventListener('change', () => grant(user, device.number, kind, box));
  return box;
}

// Who may change may see; who may not see may not change.
async function grant(user, number, kind, box) {
  const set = (list, wanted) => (wanted ? [...new Set([...list, number])] : list.filter((each) => each !== number));
  const see = kind === 'see' || box.checked ? set(user.see, box.checked) : user.see;
  const change = kind === 'change' || !box.checked ? set(user.change, box.checked) : user.change;
  say(place('notice'), '');
  try {
    await send('/api/users/grants', { user: user.number, see: see.map(String), change: change.map(String) });
    Object.assign(user, { see, change });
    place('done').textContent = `${user.name} sees ${see.length} of ${devices.length} devices.`;
  } catch (error) {
    say(place('notice'), error.message);
  }
  for (const each of box.closest('.grants').querySelectorAll(`[data-device="${number}"] input`))
    each.checked = user[each.closest('label').dataset.kind].includes(number);
  box.closest('.person').querySelector('summary').textContent = summaryOf(user);
}

const summaryOf = (user) => `Sees ${user.see.length} of ${devices.length} devices`;

function grantsOf(user) {
  const grid = element('div', { className: 'grants' });
  for (const text of ['Device', 'Sees', 'Changes']) grid.append(element('span', { className: 'head', textContent: text }));
  for (const device of devices) {
    grid.append(element('span', { className: 'name', textContent: device.name }));
    for (const kind of ['see', 'change']) {
      const label = element('label', {}, tick(user, device, kind));
      label.dataset.kind = kind;
      const cell = element('div', {}, label);
      cell.dataset.device = device.number;
      grid.append(cell);
    }
  }
  return element('details', {}, element('summary', { textContent: summaryOf(user) }), grid);
}

function card(user) {
  const title = element('h2', { textContent: user.name });
  if (user.name === nameOfReader) title.append(element('span', { className: 'tag', textContent: 'you' }));
  const link = element('button', { type: 'button', textContent: 'New link' });
  link.setAttribute('aria-label', `New link for ${user.name}`);
  link.addEventListener('click', () => act(() => makeLink(user), `The link for ${user.name} is above.`));
  const out = element('button', { type: 'button', className: 'danger', textContent: 'Remove' });
  out.setAttribute('aria-label', `Remove ${user.name}`);
  out.addEventListener('click', () => remove(user));
  const item = element('li', { className: 'person' },
    element('div', { className: 'person-head' }, title, roleField(user)),
    element('p', { className: 'state', textContent: stateOf(user) }));
  item.dataset.user = user.number;
  if (user.role === 'member' && devices.length > 0) item.append(grantsOf(user));
  item.append(element('div', { className: 'deeds' }, link, out));
  return item;
}

async function show() {
  const open = new Set([...document.querySelectorAll('.person details[open]')].map((each) => each.closest('.person').dataset.user));
  const answer = await read('/api/users');
  devices = answer.devices;
  place('users').replaceChildren(...answer.users.map(card));
  for (const item of document.querySelectorAll('.person'))
    if (open.has(item.dataset.user)) item.querySelector('details')?.setAttribute('open', '');
  place('add-box').hidden = false;
}

onSubmit(place('add'), async ({ name, role }) => {
  place('done').textContent = '';
  const { link } = await send('/api/users/add', { name, role });
  place('add').reset();
  await show();
  showLink(name, link);
});

async function begin() {
  ({ name: nameOfReader } = await read('/api/session'));
  await show();
}
begin().catch((error) => say(place('notice'), error.message)).finally(ready);
