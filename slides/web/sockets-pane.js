// The picture of a run's sockets: a lane for each listener with its accept queue, and for each
// connection, from one end to the other. What is wrong is named above them, and stays named when it has
// passed: the last picture tells what has been.

import { fold } from './fold.js';
import { Processes } from './processes.js';
import { bytesInWords, Findings, isFull, isStalled, queueInWords, SocketWords } from './socket-words.js';
import { Sockets } from './sockets.js';
import { Speaker } from './speaker.js';
import { RowKeys } from './tree-keys.js';

const LEAST_SCALE = 64 * 1024; // a bar is full with so many bytes, or more
const MOST_PLACES = 12; // of an accept queue, drawn one by one
const MOST_FINDINGS = 6;
const EMPTY = 'The sockets of the demo are drawn here while it runs.';

function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function bar(kind, label, part, words) {
  const box = element('span', `queue ${kind}`);
  const track = element('span', 'bar-track');
  const fill = element('span', 'bar-fill');
  fill.style.width = `${Math.round(100 * Math.min(1, part))}%`;
  track.append(fill);
  box.append(element('span', 'label', label), track, element('span', 'item', words));
  return box;
}

const wordsIn = (text = '') => text.split(',').map((word) => word.trim()).filter(Boolean);

export class SocketsPane {
  static selector = '.sockets';

  #element;
  #processes;
  #sockets = new Sockets();
  #findings = new Findings();
  #words;
  #keys;
  #speaker;
  #isStale = true;

  constructor(element_, { box }) {
    this.#element = element_;
    this.#processes = new Processes(wordsIn(box.dataset.roles));
    this.#words = new SocketWords((pid) => this.#nameOf(pid), wordsIn(box.dataset.ends));
    this.#keys = new RowKeys(element_);
    this.#speaker = new Speaker(box);
    this.show();
  }

  clear() {
    this.#processes.clear();
    this.#sockets.clear();
    this.#findings.clear();
    this.#isStale = true;
  }

  hear(event) {
    this.#processes.hear(event);
    this.#sockets.hear(event);
    if (['sockets', 'stopped'].includes(event.name)) this.#findings.hear(this.#words.faults(this.#sockets), event.at);
    this.#isStale ||= ['sockets', 'stopped', 'exec', 'program'].includes(event.name);
  }

  #nameOf(pid) {
    const process = this.#processes.get(pid);
    return process ? this.#processes.nameOf(process) : `pid ${pid}`;
  }

  show() {
    if (!this.#isStale) return;
    this.#isStale = false;
    const { lanes, more } = this.#sockets;
    if (lanes.length === 0) return this.#element.replaceChildren(element('p', 'none', EMPTY));
    const list = element('ul', 'lanes');
    list.setAttribute('aria-label', this.#element.getAttribute('aria-label'));
    for (const group of fold(lanes, (lane) => this.#alike(lane))) list.append(this.#lane(group));
    this.#element.replaceChildren(...this.#named(), list, ...this.#rest(more));
    this.#keys.renew();
    this.#speaker.say(this.#inOneSentence(lanes));
  }

  #named() {
    return this.#findings.all.slice(0, MOST_FINDINGS).map(({ at, words, isNow }) => {
      const line = element('p', 'finding');
      line.dataset.now = isNow;
      line.append(element('span', 'when', `${(at / 1000).toFixed(2)} s`), element('span', 'item', words));
      return line;
    });
  }

  #rest({ count, states }) {
    if (count === 0) return [];
    const parts = Object.entries(states).map(([state, many]) => `${many} ${state}`);
    return [element('p', 'rest', `${count} more sockets: ${parts.join(', ')}`)];
  }

  // Lanes that say the same, but for their numbers, are one.
  #alike({ kind, state, left, right }) {
    if (kind === 'listener') return undefined;
    const end = (socket) => socket && [this.#words.who(socket), socket.state, socket.was, socket.receive, socket.send, socket.probing, socket.resent, socket.holders.length];
    return JSON.stringify([kind, state, left.protocol, end(left), end(right), right ? '' : left.peer]);
  }

  #lane(group) {
    const [lane] = group;
    const { kind, state, left, right } = lane;
    const item = element('li', 'lane');
    item.dataset.kind = kind;
    item.dataset.state = state;
    item.dataset.key = left.id;
    const picture = element('div', 'picture');
    picture.setAttribute('aria-hidden', 'true');
    const from = element('span', 'from');
    from.append(this.#end(left, group.length));
    picture.append(from);
    if (kind === 'listener') picture.append(...this.#acceptQueue(left));
    if (kind === 'connection') {
      const wire = element('span', 'wire');
      wire.dataset.wire = wireOf(left, right);
      from.append(wire);
      picture.append(right ? this.#end(right, group.length) : element('span', 'end elsewhere', left.peer));
    }
    const many = group.length > 1 ? `${group.length} times: ` : '';
    item.append(element('span', 'spoken', many + this.#words.lane(lane)), picture);
    return item;
  }

  #end(socket, count) {
    const { state, was, receive, send } = socket;
    const box = element('span', 'end');
    box.dataset.state = state;
    const { name, address } = this.#words.label(socket, count);
    box.append(element('span', 'name', name));
    if (address) box.append(element('span', 'address', address));
    box.append(element('span', 'word', socket.protocol === 'unix' && state === 'ESTABLISHED' ? 'unix' : state));
    if (was) box.append(element('span', 'was', `was ${was}`));
    const scale = Math.max(LEAST_SCALE, this.#sockets.largest);
    // What a SYN_SENT has to send is its SYN.
    if (!was && receive > 0) box.append(bar('receive', 'unread', receive / scale, bytesInWords(receive)));
    if (!was && send > 0 && state !== 'SYN_SENT') box.append(bar('send', 'unsent', send / scale, bytesInWords(send)));
    const remark = this.#words.remark(socket);
    if (remark) box.append(element('span', isFull(socket) || isStalled(socket) || state === 'CLOSE_WAIT' ? 'remark bad' : 'remark', remark));
    return box;
  }

  // A place for each that may wait, while they can be counted.
  #acceptQueue(listener) {
    if (listener.state === 'gone') return [];
    const { waiting, backlog } = listener;
    const places = backlog === undefined ? waiting : backlog + 1;
    const box = element('span', 'accept-queue');
    box.dataset.full = isFull(listener);
    if (places <= MOST_PLACES) {
      const row = element('span', 'slots');
      for (let i = 0; i < Math.max(places, waiting); ++i) row.append(element('span', i < waiting ? 'slot taken' : 'slot'));
      box.append(row);
    }
    const words = element('span', 'item', queueInWords(listener));
    return [places <= MOST_PLACES ? box : bar('accept', '', waiting / places, ''), words];
  }

  #inOneSentence(lanes) {
    const wrong = this.#findings.all.filter(({ isNow }) => isNow).map(({ words }) => words);
    if (wrong.length > 0) return wrong.join('. ');
    const here = lanes.filter(({ state }) => state === 'here');
    const count = (kind) => here.filter((lane) => lane.kind === kind).length;
    const many = (kind) => `${count(kind)} ${kind}${count(kind) === 1 ? '' : 's'}`;
    return here.length === 0 ? 'No socket is left.' : `${many('listener')}, ${many('connection')}`;
  }
}

// How the line between two ends is drawn.
function wireOf(left, right) {
  const ends = [left, right].filter(Boolean);
  if (left.state === 'gone') return 'gone';
  if (ends.some(isStalled)) return 'stalled';
  if (ends.some(({ state }) => state === 'SYN_SENT' || state === 'SYN_RECV')) return 'asks';
  return ends.every(({ state }) => state === 'ESTABLISHED') ? 'open' : 'half';
}
