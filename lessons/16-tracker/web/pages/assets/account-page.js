import { element, letPasswordsBeShown, onSubmit, ready, say } from './forms.js';
import { formatAge } from './format.js';
import { read, send } from './session.js';

const place = (id) => document.getElementById(id);
const done = place('done');

const BROWSERS = [[/Firefox\/|FxiOS\//, 'Firefox'], [/Edg(A|iOS)?\//, 'Edge'], [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'], [/Chrom(e|ium)\/|CriOS\//, 'Chrome'], [/Safari\//, 'Safari']];
const SYSTEMS = [[/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux']];

function firstIn(table, text) {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}

// What a browser calls itself, as people call it.
export function nameOfAgent(agent) {
  const browser = firstIn(BROWSERS, agent), system = firstIn(SYSTEMS, agent);
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? (agent === '' ? 'A program without a name' : agent.slice(0, 60));
}

function row({ number, used, begun, address, agent, is_this: isThis }) {
  const name = element('strong', { textContent: nameOfAgent(agent) });
  if (isThis) name.append(element('span', { className: 'tag', textContent: 'this one' }));
  const details = [isThis ? 'now' : formatAge(Date.now() - used), `since ${new Date(begun).toLocaleDateString()}`];
  if (address !== '') details.push(`from ${address}`);
  const item = element('li', {}, element('div', { className: 'main' }, name,
    element('span', { className: 'side', textContent: details.join(' · ') })));
  if (isThis) return item;
  const button = element('button', { type: 'button', textContent: 'Log out' });
  button.setAttribute('aria-label', `Log out ${nameOfAgent(agent)}${address === '' ? '' : ` from ${address}`}`);
  button.addEventListener('click', () => act(() => send('/api/sessions/end', { number }), 'That one is logged out.'));
  item.append(button);
  return item;
}

async function showSessions() {
  const { sessions } = await read('/api/sessions');
  place('sessions').replaceChildren(...sessions.map(row));
  place('end-rest').hidden = sessions.length < 2;
}

// What is done is said, and the list is read anew.
async function act(action, words) {
  say(place('notice'), '');
  done.textContent = '';
  try {
    await action();
    await showSessions();
    done.textContent = words;
  } catch (error) {
    say(place('notice'), error.message);
  }
}

place('end-rest').addEventListener('click', () =>
  act(() => send('/api/sessions/end-rest'), 'You are logged out everywhere else.'));

place('log-out').addEventListener('click', async () => {
  try {
    await send('/api/log-out');
    location.replace('/login');
  } catch (error) {
    say(place('notice'), error.message);
  }
});

onSubmit(place('password-form'), async (fields) => {
  done.textContent = '';
  const { ended } = await send('/api/account/password', { old: fields.old, new: fields.new });
  place('password-form').reset();
  await showSessions();
  done.textContent = `Your password is changed.${ended > 0 ? ` ${ended} other ${ended === 1 ? 'session has' : 'sessions have'} ended.` : ''}`;
});

async function show() {
  const { name, role, demo } = await read('/api/session');
  if (demo) {
    place('who').textContent = 'This is a demo: its devices are made up, nobody need log in, and it has no accounts. '
      + 'Your own server has: ./waymark start --no-demo';
    return;
  }
  place('title').textContent = name;
  place('who').textContent = role === 'admin' ? 'Admin: you see and change everything.' : 'Member: you see what is shared with you.';
  place('password-form').elements.name.value = name;
  place('admin-pages').hidden = role !== 'admin';
  place('own').hidden = false;
  place('log-out').hidden = false;
  await showSessions();
}

letPasswordsBeShown();
show().catch((error) => say(place('notice'), error.message)).finally(ready);
