// The web hooks of the person who looks: addresses to which it is posted who comes and goes. The
// secret with which posts are signed is shown once, when a hook is made.

import { askFirst } from './ask-first.js';
import { copyButton } from './copy.js';
import { onSubmit, say } from './forms.js';
import { formatAge, formatCount } from './format.js';
import { button, keepInStep, make, name, setText } from './make.js';
import { read, send } from './session.js';

const element = (id) => document.getElementById(id);
const LOOK_AGAIN_MS = 2000, LOOKS = 8;

// "status 204, 12 s ago · 2 posts wait · 5 were taken"
export function stateOf(hook, now) {
  const parts = [hook.tried === null ? 'nothing was posted yet' : `${hook.said}, ${formatAge(Math.max(0, now - hook.tried))}`];
  if (hook.failures > 0 && hook.due > now) parts.push(`the next try is in ${Math.ceil((hook.due - now) / 1000)} s`);
  if (hook.waiting > 0) parts.push(formatCount(hook.waiting, 'post waits', 'posts wait'));
  if (hook.delivered > 0) parts.push(formatCount(hook.delivered, 'was taken', 'were taken'));
  if (hook.dropped > 0) parts.push(formatCount(hook.dropped, 'was dropped', 'were dropped'));
  return parts.join(' · ');
}

export class HooksPanel {
  // `placeName` gives the name of a place by its number.
  constructor(placeName) {
    this.placeName = placeName;
    onSubmit(element('hook-form'), () => this.add());
  }

  // The places among which a hook can choose.
  setPlaces(places) {
    const chosen = element('hook-place').value;
    element('hook-place').replaceChildren(new Option('All places', ''), ...places.map(({ place, name: text }) => new Option(text, place)));
    element('hook-place').value = places.some(({ place }) => String(place) === chosen) ? chosen : '';
  }

  async read() {
    const { are_on: areOn, now, hooks } = await read('/api/hooks');
    element('hooks-off').hidden = areOn;
    element('hook-form').hidden = !areOn;
    element('no-hooks').hidden = !areOn || hooks.length > 0;
    keepInStep(element('hook-list'), hooks, ({ hook }) => hook, (row, hook) => {
      const test = button('Send a test', () => this.test(hook));
      const remove = button('Remove', () => this.remove(hook));
      test.setAttribute('aria-label', `Send a test to ${hook.url}`);
      remove.setAttribute('aria-label', `Remove the web hook ${hook.url}`);
      row.append(make('p', { className: 'address' }, name(hook.url)), make('p', { className: 'about' }),
        make('p', { className: 'state' }), make('div', { className: 'buttons' }, ...(areOn ? [test] : []), remove));
    }, (row, hook) => {
      setText(row.querySelector('.about'), hook.place === null ? 'All places' : this.placeName(hook.place));
      setText(row.querySelector('.state'), stateOf(hook, now));
      row.dataset.failing = hook.failures > 0;
    });
    return hooks;
  }

  async add() {
    const place = element('hook-place').value;
    const url = element('hook-url').value.trim();
    const { secret } = await send('/api/hooks/add', place === '' ? { url } : { url, place: Number(place) });
    element('hook-url').value = '';
    element('secret').textContent = secret;
    element('secret-box').querySelector('.copy')?.remove();
    element('secret-box').append(copyButton(secret, 'the secret of the web hook'));
    element('secret-box').hidden = false;
    element('secret-box').focus();
    await this.read();
  }

  async test({ hook, url }) {
    await this.attempt(async () => {
      const before = (await this.read()).find((each) => each.hook === hook)?.tried;
      await send('/api/hooks/test', { hook });
      element('status').textContent = `A test is on its way to ${url}.`;
      for (let look = 0; look < LOOKS; ++look) {
        await new Promise((resolve) => { setTimeout(resolve, look === 0 ? LOOK_AGAIN_MS / 8 : LOOK_AGAIN_MS); });
        const after = (await this.read()).find((each) => each.hook === hook);
        if (!after || after.tried === before) continue;
        element('status').textContent = `${url}: ${after.said}.`;
        return;
      }
    });
  }

  async remove({ hook, url }) {
    if (!(await askFirst('Remove this web hook?', `Nothing is posted to ${url} any more, nor what waits.`, 'Remove'))) return;
    await this.attempt(async () => {
      await send('/api/hooks/remove', { hook });
      element('secret-box').hidden = true;
      await this.read();
      element('hooks-title').focus();
    });
  }

  async attempt(action) {
    say(element('hook-problem'), '');
    try {
      await action();
    } catch (error) {
      say(element('hook-problem'), error.message);
    }
  }
}
