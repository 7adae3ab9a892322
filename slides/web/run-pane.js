// Brings the panes to life that the server has put on the slides: Run, Stop, Next, output, processes,
// a line for the program, its client, and the way through the events. When a run is refused or breaks
// off, the reason is told and the recording is shown instead.

import { panesOf } from './panes.js';
import { Playback } from './playback.js';
import { parseRecording, Player } from './player.js';
import { RunRequest } from './run-request.js';
import { RunWords, seconds, wordsOf } from './run-words.js';

export class RunPane {
  #box;
  #panes;
  #player;
  #playback;
  #words = new RunWords();
  #request;
  #clock;
  #link;

  // `link` leads to the other windows that show this deck (follow.js).
  constructor(box, link) {
    this.#box = box;
    this.#link = link;
    this.#panes = panesOf(box);
    this.#player = new Player([...this.#panes, this.#words], () => this.#renew());
    this.#playback = new Playback(this.#find('.timeline'), this.#player);
    this.#clock = this.#find('.clock');
    this.#find('.go').addEventListener('click', () => this.#run());
    this.#find('.stop').addEventListener('click', () => this.#request?.stop());
    this.#find('.next').addEventListener('click', () => this.next());
    this.#find('.call')?.addEventListener('click', () => this.#callClient());
    this.#find('.input')?.addEventListener('submit', (event) => this.#type(event));
    for (const button of this.#deeds) button.addEventListener('click', () => this.#press(button));
    // reveal.js takes the space bar for the next slide, also from a button.
    box.addEventListener('keydown', (event) => {
      if (event.target.matches('button') && [' ', 'Enter'].includes(event.key)) event.stopPropagation();
    });
  }

  get name() { return `${this.#box.dataset.lesson}/${this.#box.dataset.demo}`; }
  get box() { return this.#box; }
  get events() { return this.#player.events; }
  // A program waits for Next, whatever place the slider shows.
  get isAtStep() { return !this.#find('.next').hidden && !this.#find('.next').disabled; }

  // As Run is pressed; false if it cannot be now.
  start() {
    const go = this.#find('.go');
    if (go.disabled) return false;
    go.focus({ preventScroll: true });
    go.click();
    return true;
  }

  get #deeds() { return [...this.#box.querySelectorAll('.deeds button')]; }

  // The button at that place, from 0; false if there is none that can be pressed now.
  pressDeed(place) {
    const button = this.#deeds[place];
    if (!button || button.disabled) return false;
    this.#press(button);
    return true;
  }

  // The line goes to the program first; it reads when the step has ended.
  async #press(button) {
    const isAtStep = this.isAtStep;
    await this.#request.type(button.dataset.line);
    if (isAtStep) this.next();
  }

  #find(selector) {
    return this.#box.querySelector(selector);
  }

  // What the server has put into the page; false where nothing was recorded.
  showRecording() {
    const recording = this.#find('.recording');
    if (!recording) return false;
    this.#player.load(parseRecording(recording.textContent));
    return true;
  }

  // In a window that follows.
  follow(events) {
    this.clear();
    for (const event of events) this.hear(event);
  }
  hear(event) {
    if (event.name === 'step') this.#mayStep(true);
    if (['next', 'finished', 'stopped'].includes(event.name)) this.#mayStep(false);
    this.#player.add(event);
  }
  clear() { this.#player.clear(); }

  async #run() {
    this.#begin();
    const began = performance.now();
    const ticking = setInterval(() => { this.#clock.textContent = seconds(performance.now() - began); }, 100);
    const { lesson, demo, show } = this.#box.dataset;
    let failure;
    try {
      await this.#request.follow({ lesson, demo, show }, (event) => this.#hear(event));
    } catch (error) {
      failure = error;
    }
    clearInterval(ticking);
    this.#clock.textContent = seconds(performance.now() - began);
    // Who sees that the run is over sees all that it printed.
    this.#player.draw();
    for (const pane of this.#panes) pane.draw?.();
    this.#mayStep(false);
    if (!failure && this.#isToBeWritten()) failure = new Error('This demo stands on what is yours to write: it ended otherwise.');
    if (failure) this.#failed(failure);
    this.#mayRun(true);
    this.#maySteer(false);
  }

  // In a learner's copy: whether the run ended otherwise than the one that was recorded.
  #isToBeWritten() {
    if (this.#box.dataset.toBeWritten === undefined || !this.#find('.recording')) return false;
    const recorded = new RunWords();
    for (const event of parseRecording(this.#find('.recording').textContent)) recorded.hear(event);
    return recorded.end !== this.#words.end;
  }

  #begin() {
    this.#request = new RunRequest();
    this.#playback.stop();
    this.#box.classList.remove('is-recorded', 'has-recording');
    this.#player.clear();
    this.#link.tell(this);
    this.#say('running');
    this.#mayRun(false);
  }

  // The focus goes where the next key is wanted; a button that is switched off would lose it.
  #mayRun(may) {
    const [on, off] = may ? ['.go', '.stop'] : ['.stop', '.go'];
    const hadFocus = [this.#find(off), this.#find('.next')].includes(document.activeElement);
    this.#find(on).disabled = false;
    this.#find(off).disabled = true;
    if (hadFocus) this.#find(on).focus({ preventScroll: true });
  }

  // Only from "started" on: the server has told the run's number then. A line that was typed before
  // that would go nowhere, and the program would wait for it until its time is over.
  #maySteer(may) {
    for (const control of this.#box.querySelectorAll('.call, .input input, .input button, .deeds button')) control.disabled = !may;
  }

  #mayStep(may) {
    const next = this.#find('.next');
    const hadFocus = document.activeElement === next;
    if (may) next.hidden = false;
    next.disabled = !may;
    if (may && document.activeElement === this.#find('.stop')) next.focus({ preventScroll: true });
    if (!may && hadFocus) this.#find('.stop').focus({ preventScroll: true });
  }

  #say(words) {
    if (this.#find('.state').textContent !== words) this.#find('.state').textContent = words;
  }

  #hear(event) {
    if (event.name === 'started') return this.#maySteer(true);
    if (event.name === 'ended' && event.pane === 1) this.#find('.call').disabled = false;
    this.hear(event);
    this.#link.tell(this, event);
  }

  #renew() {
    this.#playback?.renew();
    // What an earlier place says of the run is told by the place, not as if it were now.
    if (this.#player.count > 0 && this.#player.isAtEnd && !this.#box.classList.contains('is-recorded')) this.#say(this.#words.words);
  }

  #failed(error) {
    const words = wordsOf(error);
    if (error.name === 'AbortError') {
      // The server ends all of it; it can no longer be heard.
      this.#hear({ name: 'stopped', at: this.#player.events.at(-1)?.at ?? 0 });
      this.#player.draw();
      return this.#say(words);
    }
    const has = this.showRecording();
    this.#box.classList.add('is-recorded');
    this.#box.classList.toggle('has-recording', has);
    this.#say(`${words} ${has || this.#find('.transcript') ? 'Below is a recording.' : 'There is no recording of it.'}`);
  }

  next() {
    this.#mayStep(false);
    if (this.#request) this.#request.next();
    else this.#link.askForNext(this);
  }

  #callClient() {
    this.#find('.call').disabled = true;
    this.#request.callClient();
  }

  #type(event) {
    event.preventDefault();
    const input = event.target.elements.line;
    this.#request.type(input.value);
    input.value = '';
  }
}
