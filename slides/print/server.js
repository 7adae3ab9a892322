// A slide server of our own, for as long as it is needed: started with a free port, told to end.

import { spawn } from 'node:child_process';
import readline from 'node:readline';

const START_LIMIT_MS = 20000;
const STOP_LIMIT_MS = 15000;

export class SlideServer {
  // `command` is the program and its arguments. Throws an Error if it ends before it listens.
  // `variables` are added to the environment.
  static async start(command, variables = {}) {
    const server = new SlideServer();
    const [program, ...rest] = command;
    const began = performance.now();
    server.child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...variables } });
    server.ended = new Promise((resolve) => {
      server.child.once('exit', (code, signal) => resolve({ code, signal }));
      server.child.once('error', (error) => resolve({ error }));
    });
    const limit = setTimeout(() => server.child.kill('SIGKILL'), START_LIMIT_MS);
    for await (const line of readline.createInterface({ input: server.child.stdout })) {
      server.address = /^slides: (http:\/\/[^/]+)/.exec(line)?.[1];
      if (server.address) break;
    }
    clearTimeout(limit);
    if (!server.address) throw new Error('the slide server ended before it listened');
    server.startedInMs = performance.now() - began;
    server.child.stdout.resume();
    return server;
  }

  get pid() {
    return this.child.pid;
  }

  // The lessons that have a deck, by the home page's links.
  async decks() {
    const page = await (await fetch(`${this.address}/`)).text();
    return [...page.matchAll(/href="\/decks\/([^"]+)"/g)].map(([, name]) => name);
  }

  // Returns {code, signal}.
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    const limit = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    const ended = await this.ended;
    clearTimeout(limit);
    return ended;
  }
}
