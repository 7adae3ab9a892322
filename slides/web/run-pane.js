// Brings the panes to life that the server has put on the slides: Run, Stop, output, processes, a
// line for the program, its client. When a run is refused or breaks off, the reason is told and the
// recorded transcript is shown instead.

import { ProcessTree } from './process-tree.js';
import { RunRequest } from './run-request.js';
import { Screen } from './screen.js';

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;

class RunPane {
  #box;
  #screens;
  #tree;
  #request;
  #words = '';
  #clock;

  constructor(box) {
    this.#box = box;
    this.#screens = [...box.querySelectorAll('.screen')].map((screen) => new Screen(screen));
    this.#tree = new ProcessTree(box.querySelector('.tree'));
    this.#clock = document.createElement('span');
    this.#clock.className = 'clock';
    this.#clock.setAttribute('aria-hidden', 'true');
    this.#find('.bar').append(this.#clock);
    this.#find('.go').addEventListener('click', () => this.#run());
    this.#find('.stop').addEventListener('click', () => this.#request?.stop());
    this.#find('.call')?.addEventListener('click', () => this.#callClient());
    this.#find('.input')?.addEventListener('submit', (event) => this.#type(event));
    // reveal.js takes the space bar for the next slide, also from a button.
    box.addEventListener('keydown', (event) => {
      if (event.target.matches('button') && [' ', 'Enter'].includes(event.key)) event.stopPropagation();
    });
  }

  #find(selector) {
    return this.#box.querySelector(selector);
  }

  async #run() {
    this.#begin();
    const began = performance.now();
    const ticking = setInterval(() => { this.#clock.textContent = seconds(performance.now() - began); }, 100);
    const { lesson, demo } = this.#box.dataset;
    try {
      await this.#request.follow(lesson, demo, (event) => this.#hear(event));
    } catch (error) {
      this.#failed(error);
    }
    clearInterval(ticking);
    this.#clock.textContent = seconds(performance.now() - began);
    // Who sees that the run is over sees all that it printed.
    for (const screen of this.#screens) screen.draw();
    this.#mayRun(true);
    this.#maySteer(false);
  }

  #begin() {
    this.#request = new RunRequest();
    this.#words = '';
    this.#box.classList.remove('is-recorded');
    for (const screen of this.#screens) screen.clear();
    this.#tree.clear();
    this.#tell('running');
    this.#mayRun(false);
  }

  #mayRun(may) {
    this.#find('.go').disabled = !may;
    this.#find('.stop').disabled = may;
  }

  // Only from "started" on: the server has told the run's number then. A line that was typed before
  // that would go nowhere, and the program would wait for it until its time is over.
  #maySteer(may) {
    for (const control of this.#box.querySelectorAll('.call, .input input, .input button')) control.disabled = !may;
  }

  #tell(words) {
    this.#find('.state').textContent = words;
  }

  #hear(event) {
    const { name } = event;
    if (name === 'started') this.#maySteer(true);
    if (name === 'output') this.#screens[event.pane]?.write(event.text);
    if (name === 'tree') this.#tree.show(event);
    if (name === 'ended' && event.pane === 0) this.#words = `${event.words} after ${seconds(event.milliseconds)}`;
    if (name === 'ended' && event.pane === 1) this.#find('.call').disabled = false;
    if (name === 'finished') this.#tell([this.#words, event.reason].filter(Boolean).join('; '));
    else if (this.#words !== '') this.#tellWhoGoesOn();
  }

  #tellWhoGoesOn() {
    const { count } = this.#tree;
    this.#tell(count > 0 ? `${this.#words}; ${count} ${count === 1 ? 'process is' : 'processes are'} left` : this.#words);
  }

  #failed(error) {
    if (error.name === 'AbortError') {
      this.#tree.show({ keeper: 0, processes: [] });
      return this.#tell('stopped');
    }
    this.#tell(`${error.message} Below is a recording.`);
    this.#box.classList.add('is-recorded');
  }

  #callClient() {
    this.#find('.call').disabled = true;
    this.#screens[1].clear();
    this.#request.callClient();
  }

  #type(event) {
    event.preventDefault();
    const input = event.target.elements.line;
    this.#request.type(input.value);
    input.value = '';
  }
}

export function prepareRuns(boxes) {
  for (const box of boxes) new RunPane(box);
}
