// The page of files: positions of a device in and out. Who may only look at a device takes files out.

import { readDetails } from './devices-api.js';
import { formatCount } from './format.js';
import { make, name, setText } from './make.js';
import { exportAddress, uploadFile } from './track-files.js';

const element = (id) => document.getElementById(id);

// What came of a file, in words.
export function resultWords({ read, stored, already, format }) {
  const parts = [];
  // The first figure says of what.
  const were = (count) => (parts.length === 0
    ? formatCount(count, 'position was', 'positions were') : formatCount(count, 'was', 'were'));
  if (stored > 0) parts.push(formatCount(stored, 'position stored', 'positions stored'));
  if (already > 0) parts.push(`${were(already)} there already`);
  const refused = read - stored - already;
  if (refused > 0) parts.push(`${were(refused)} refused`);
  const sum = parts.length > 0 ? `${parts.join(', ')}.` : 'No position in it.';
  return format ? `${format}: ${sum}` : sum;
}

export const refusalWords = ({ count, words, line }) =>
  `${formatCount(count, 'point', 'points')} with ${words}; the first in line ${line}`;

class FilesPage {
  constructor() {
    element('device').addEventListener('change', () => this.showDevice());
    element('out').addEventListener('submit', (event) => this.download(event));
    element('in').addEventListener('submit', (event) => this.bringIn(event));
    element('stop').addEventListener('click', () => this.abort?.abort());
    window.addEventListener('beforeunload', (event) => { if (this.abort) event.preventDefault(); });
  }

  async start() {
    try {
      const { devices } = await readDetails();
      this.devices = devices;
      element('device').replaceChildren(...devices.map(({ id, name: text }) => make('option', { value: id, textContent: text })));
      if (devices.length === 0) this.tell('There is no device yet: a device has to be there before positions can be brought in.');
    } catch (error) {
      this.devices = [];
      this.tell(error.message);
    }
    const asked = new URLSearchParams(location.search).get('device');
    if (this.devices.some(({ id }) => String(id) === asked)) element('device').value = asked;
    this.showDevice();
  }

  get device() {
    return this.devices.find(({ id }) => String(id) === element('device').value);
  }

  showDevice() {
    const mayChange = this.device?.may_change === true;
    element('in').hidden = !mayChange;
    element('in-denied').hidden = mayChange || !this.device;
    element('out').querySelector('button').disabled = !this.device;
  }

  download(event) {
    event.preventDefault();
    const [from, to] = [element('from').value, element('to').value];
    const isWrong = from && to && to < from;
    element('out-problem').hidden = !isWrong;
    if (isWrong) {
      element('out-problem').textContent = 'The last day is before the first.';
      return element('to').focus();
    }
    // An address that answers with an attachment leaves the page where it is.
    make('a', { href: exportAddress(this.device.id, element('out-format').value, from, to), download: '' }).click();
    setText(element('status'), 'The download begins.');
  }

  async bringIn(event) {
    event.preventDefault();
    const { id } = this.device;
    const files = [...element('files').files];
    const format = element('in-format').value;
    this.abort = new AbortController();
    this.working(true);
    for (const file of files) if (!this.abort.signal.aborted) await this.bringInOne(id, file, format);
    this.abort = undefined;
    this.working(false);
  }

  working(isWorking) {
    const hadFocus = [element('stop'), element('bring-in')].includes(document.activeElement);
    for (const control of [element('device'), element('files'), element('in-format'), element('bring-in')]) control.disabled = isWorking;
    element('stop').hidden = !isWorking;
    element('working').hidden = !isWorking;
    if (hadFocus) element(isWorking ? 'stop' : 'bring-in').focus();
  }

  async bringInOne(device, file, format) {
    setText(element('working-name'), file.name);
    element('progress').value = 0;
    let last = { read: 0, stored: 0, already: 0, refused: [] };
    const onProgress = (answer) => {
      last = answer;
      element('progress').value = file.size > 0 ? (100 * answer.at) / file.size : 100;
      setText(element('working-words'), resultWords(answer));
    };
    try {
      last = await uploadFile(device, file, format, { signal: this.abort.signal, onProgress });
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
      last = { ...last, error: 'stopped; what was read until then is stored, and the file can be brought in again' };
    }
    this.addResult(file.name, last);
  }

  addResult(text, result) {
    const lines = [];
    if (!result.error || result.read > 0) lines.push(resultWords(result));
    if (result.error) lines.push(`${result.read > 0 ? 'Not read to its end' : 'Not brought in'}: ${result.error}.`);
    const item = make('li', { className: result.error ? 'failed' : '' },
      make('p', { className: 'what' }, name(text)),
      ...lines.map((line) => make('p', { textContent: line })));
    for (const each of result.refused ?? []) item.append(make('p', { className: 'fine', textContent: refusalWords(each) }));
    element('results').prepend(item);
    setText(element('status'), `${text}: ${lines.join(' ')}`);
  }

  tell(text) {
    element('notice').textContent = text;
    element('notice').hidden = text === '';
  }
}

const page = new FilesPage();
await page.start();
document.documentElement.dataset.ready = 'files';
