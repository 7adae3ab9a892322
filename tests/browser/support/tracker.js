// A tracking server of a test's own: the real program, on free ports, in a folder that is removed.

import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';

import { trackerBinary } from './needs.js';
import { NAME, PASSWORD, rememberSession, sessionFields } from './session.js';

const START_LIMIT_MS = 120000; // of one that hangs
const STOP_LIMIT_MS = 120000;
const KNOTS_A_MPS = 3600 / 1852;

const runFile = promisify(execFile);

export class Tracker {
  // `devices` are names; each sends by its name as identifier. `options` are more of `serve`. Unless it
  // is a demo or is to have no accounts, the pages that are opened next are an admin's.
  static async start(devices = [], options = [], { hasAccounts = !options.includes('--demo') } = {}) {
    const tracker = new Tracker();
    tracker.options = options;
    tracker.numbers = []; // of the devices
    tracker.data = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-pages-'));
    if (hasAccounts) await tracker.addUser(NAME, PASSWORD, ['--admin']);
    else for (const name of devices) await tracker.addDevice(name);
    await tracker.serve('127.0.0.1:0', '127.0.0.1:0');
    if (hasAccounts) {
      await tracker.logIn();
      await tracker.addDevices(devices);
    }
    return tracker;
  }

  // By the pages' own way, as the admin: a program for each device costs more than all of the rest. Returns the
  // number of the first one; those of the others follow.
  async addDevices(names) {
    const before = this.numbers.length;
    for (const name of names) this.numbers.push((await this.post('devices/add', { name, identifiers: [name] })).device);
    return this.numbers[before];
  }

  // So that the next test on this server finds none.
  async removeDevices() {
    const { devices } = await (await fetch(`${this.web}api/devices/details`, { headers: sessionFields() })).json();
    for (const { id } of devices) await this.post('devices/remove', { device: id });
    this.numbers = [];
  }

  async post(name, body) {
    const response = await fetch(`${this.web}api/${name}`, { method: 'POST',
      headers: { 'Content-Type': 'application/json', ...sessionFields() }, body: JSON.stringify(body) });
    if (response.status !== 200) throw new Error(`${name}: ${response.status}: ${await response.text()}`);
    return response.json();
  }

  async addDevice(name) {
    await runFile(trackerBinary, ['device', 'add', name, '--id', name, '--data', this.data]);
  }

  // An account. `options` are more of `user add`.
  async addUser(name, password, options = []) {
    const adding = runFile(trackerBinary, ['user', 'add', name, '--data', this.data, ...options]);
    adding.child.stdin.end(`${password}\n`);
    await adding;
  }

  // From here on pages and requests of the tests are the admin's (support/session.js).
  async logIn(name = NAME, password = PASSWORD) {
    const response = await fetch(`${this.web}api/log-in`, { method: 'POST',
      headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, password }) });
    if (response.status !== 200) throw new Error(`log-in: ${response.status}: ${await response.text()}`);
    this.cookie = rememberSession(response.headers.get('set-cookie'));
  }

  async serve(web, devices) {
    this.child = spawn(trackerBinary, ['serve', '--foreground', '--data', this.data,
      '--listen-devices', devices, '--listen-web', web, ...this.options], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => { this.child.once('exit', resolve); });
    await this.ready();
  }

  // Waits for the two lines that say that it listens, and where.
  async ready() {
    const limit = setTimeout(() => this.child.kill('SIGKILL'), START_LIMIT_MS);
    for await (const line of readline.createInterface({ input: this.child.stdout })) {
      const [, what, address] = /^(web|devices): (https?:\S+)$/.exec(line) ?? [];
      if (what) this[what] = address;
      this.firstLink = /^ {4}(http:\S+\/welcome#\S+)$/.exec(line)?.[1] ?? this.firstLink;
      if (this.web && this.devices && line.startsWith('Ctrl-C')) break;
    }
    clearTimeout(limit);
    if (!this.web || !this.devices) throw new Error('the tracker ended before it listened');
    this.child.stdout.resume();
  }

  // One fix as a phone sends it; returns when the server has stored it.
  async send(device, { time = Date.now(), latitude, longitude, speed, course, altitude, accuracy, battery }) {
    const query = new URLSearchParams({ id: device, lat: latitude, lon: longitude, timestamp: time });
    if (speed !== undefined) query.set('speed', speed * KNOTS_A_MPS);
    if (course !== undefined) query.set('bearing', course);
    if (altitude !== undefined) query.set('altitude', altitude);
    if (accuracy !== undefined) query.set('accuracy', accuracy);
    if (battery !== undefined) query.set('batt', battery);
    const response = await fetch(`${this.devices}?${query}`);
    if (response.status !== 200) throw new Error(`the tracker answered ${response.status}`);
  }

  // Returns when so many devices have been seen.
  async hasPositions(count) {
    let positions = [];
    while (positions.length < count) {
      ({ positions } = await (await fetch(`${this.web}api/positions`, { headers: sessionFields() })).json());
    }
  }

  async sendAll(device, fixes) {
    for (const fix of fixes) await this.send(device, fix);
  }

  async stopServing() {
    this.child.kill('SIGTERM');
    const limit = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.ended;
    clearTimeout(limit);
  }

  // On the same ports, with the same data.
  async restart() {
    await this.stopServing();
    await this.serveAgain();
  }

  async serveAgain() {
    const [web, devices] = [new URL(this.web).host, new URL(this.devices).host];
    this.web = this.devices = undefined;
    await this.serve(web, devices);
  }

  async stop() {
    await this.stopServing();
    fs.rmSync(this.data, { recursive: true, force: true });
  }
}
