// What to type into an app so that its phone is heard: field by field, with a link or a QR code
// where the app takes one. The texts are made by the server, which understands them.

import { readSetups } from './devices-api.js';
import { copyButton } from './copy.js';
import { make } from './make.js';

const APP_KEY = 'waymark.setup.app';
const URL_KEY = 'waymark.setup.url';

const NEEDS = {
  token: 'This app needs the device’s token. Only its hash is kept here, so it cannot be shown again: make a new one below.',
  identifier: 'This app needs an identifier of the device: add one below.',
  server: '',
};

// Where phones reach the server: what was set for the server, or typed here, or where this page is.
// By TLS if this page came so, for then its name is that of the certificate.
function firstUrl({ url, port, tlsPort }) {
  if (url) return url;
  const here = tlsPort && location.protocol === 'https:' ? `https://${location.hostname}:${tlsPort}`
    : `http://${location.hostname}:${port}`;
  return localStorage.getItem(URL_KEY) ?? here;
}

function isThisMachine(url) {
  try {
    const { hostname } = new URL(url);
    return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  } catch {
    return false;
  }
}

export class DeviceSetup {
  constructor(device, phones) {
    this.device = device;
    this.phones = phones;
    this.url = firstUrl(phones);
    this.token = '';
    this.element = make('section', { className: 'setup', aria: { labelledby: 'setup-title' } });
    this.body = make('div', { className: 'setup-body' });
    this.problem = make('p', { className: 'problem', hidden: true, aria: { role: 'alert' } });
    this.warning = make('p', { className: 'fine warn', hidden: true });
    this.choice = make('select', { id: 'app', on: { change: () => this.choose(this.choice.value) } });
    this.element.append(
      make('h3', { id: 'setup-title', textContent: 'Set up its app' }),
      this.tokenBox = make('div', { className: 'token', hidden: true }),
      make('div', { className: 'setup-head' },
        make('label', { className: 'field' }, make('span', { textContent: 'App' }), this.choice),
        this.makeAddress()),
      this.warning, this.problem, this.body);
  }

  makeAddress() {
    const input = make('input', { id: 'phones-url', type: 'url', value: this.url, spellcheck: false, maxLength: 200 });
    input.addEventListener('change', () => {
      this.url = input.value.trim().replace(/\/+$/, '');
      input.value = this.url;
      localStorage.setItem(URL_KEY, this.url);
      this.read();
    });
    return make('label', { className: 'field' },
      make('span', { textContent: 'How phones reach this server' }), input);
  }

  // The token of a device that was just added, or got a new one.
  showToken(token) {
    this.token = token;
    this.tokenBox.replaceChildren(
      make('p', {}, make('strong', { textContent: 'Its token is shown now, and never again: ' }),
        'this server keeps only a hash of it. Set up the app before you leave this page.'),
      make('p', { className: 'value-row' }, make('code', { id: 'token', textContent: token }), copyButton(token, 'the token')));
    this.tokenBox.hidden = false;
    return this.read();
  }

  // An answer that comes after a newer question is passed over.
  async read() {
    this.warn();
    const question = this.question = (this.question ?? 0) + 1;
    const { setups, problem } = await readSetups(this.device, this.url, this.token)
      .then((all) => ({ setups: all, problem: '' }), ({ message }) => ({ setups: [], problem: message }));
    if (question !== this.question) return;
    this.problem.textContent = problem;
    this.problem.hidden = problem === '';
    this.setups = setups;
    this.offer();
  }

  warn() {
    const texts = [];
    if (isThisMachine(this.url))
      texts.push('This address is for this machine only: type the one under which phones find it, such as http://192.168.1.20:5055.');
    if (this.phones.isLocal && !this.phones.url)
      texts.push('The server hears phones on this machine only. To hear them from elsewhere it has to be started anew: '
        + './waymark start --no-demo --phones ADDRESS, or tracker serve --listen-devices *:5055; where systemd opens the port, RUNNING.md has the lines.');
    this.warning.textContent = texts.join(' ');
    this.warning.hidden = texts.length === 0;
  }

  offer() {
    const chosen = this.choice.value || localStorage.getItem(APP_KEY);
    this.choice.replaceChildren(...this.setups.map(({ key, name, systems }) =>
      make('option', { value: key, textContent: `${name} (${systems})` })));
    if (this.setups.some(({ key }) => key === chosen)) this.choice.value = chosen;
    this.show();
  }

  choose(key) {
    localStorage.setItem(APP_KEY, key);
    this.show();
  }

  show() {
    const setup = this.setups.find(({ key }) => key === this.choice.value);
    this.body.replaceChildren(...(setup ? this.partsOf(setup) : []));
  }

  partsOf({ name, where, fields, link, image, code, code_advice: advice, note, needs }) {
    const parts = [];
    if (NEEDS[needs]) parts.push(make('p', { className: 'fine warn', textContent: NEEDS[needs] }));
    if (fields.length > 0) {
      parts.push(make('p', { className: 'fine' }, 'In the app: ', make('strong', { textContent: where }), '.'));
      parts.push(make('dl', { className: 'fields' }, ...fields.map(({ label, value }) => make('div', {},
        make('dt', { textContent: label }),
        make('dd', {}, make('code', { textContent: value }), copyButton(value, label))))));
    }
    if (link) {
      parts.push(make('p', {}, make('a', { className: 'open-app', href: link, textContent: `Open ${name} and set it up` }),
        make('span', { className: 'fine', textContent: ' if you read this on the phone.' })));
    }
    if (image) {
      parts.push(make('figure', { className: 'code' },
        make('img', { src: image, alt: `QR code for ${name}`, width: 240, height: 240, data: { says: code } }),
        make('figcaption', { className: 'fine', textContent: advice })));
    }
    if (note) parts.push(make('p', { className: 'fine', textContent: note }));
    return parts;
  }
}
