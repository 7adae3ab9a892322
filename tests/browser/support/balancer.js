// A balancer of a test's own, with back ends in this process that say everything again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

import { balancerBinary } from './needs.js';

const START_LIMIT_MS = 120000; // of one that hangs

export class BackEnd {
  static async start(port = 0) {
    const backEnd = new BackEnd();
    backEnd.server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    backEnd.server.listen(port, '127.0.0.1');
    await once(backEnd.server, 'listening');
    backEnd.port = backEnd.server.address().port;
    backEnd.name = `127.0.0.1:${backEnd.port}`;
    return backEnd;
  }

  // Nobody listens there; who is connected stays.
  close() { this.server.close(); }
}

export class Balancer {
  static async start(backEnds, options = []) {
    const balancer = new Balancer();
    balancer.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-balancer-'));
    balancer.clients = [];
    await balancer.serve('127.0.0.1:0', [...backEnds.flatMap((one) => ['--backend', one.name ?? one]), ...options]);
    return balancer;
  }

  async serve(status, options) {
    this.options = options;
    this.child = spawn(balancerBinary, ['--listen', '127.0.0.1:0', '--status', status, '--log', path.join(this.folder, 'log'),
      '--stop-time', '0.1', '--control', path.join(this.folder, 'control'), ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => { this.child.once('exit', resolve); });
    const said = {};
    const limit = setTimeout(() => this.child.kill('SIGKILL'), START_LIMIT_MS);
    for await (const line of readline.createInterface({ input: this.child.stdout })) {
      const [, what, value] = /^(clients|status|control): (.*)$/.exec(line) ?? [];
      said[what] = value;
      if (what === 'control') break;
    }
    clearTimeout(limit);
    if (!said.control) throw new Error('the balancer ended before it listened');
    this.child.stdout.resume();
    this.status = said.status;
    this.port = Number(said.clients.split(':').at(-1));
  }

  // A client that has heard its words again, and stays.
  async connect() {
    const client = net.connect(this.port, '127.0.0.1');
    client.on('error', () => {});
    client.write('hello');
    await once(client, 'data');
    this.clients.push(client);
    return client;
  }

  async control(...words) {
    const child = spawn(balancerBinary, ['control', path.join(this.folder, 'control'), ...words], { stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`control ${words.join(' ')}: ${code}`);
  }

  async stopServing() {
    for (const client of this.clients) client.destroy();
    this.clients = [];
    this.child.kill('SIGTERM');
    await this.ended;
  }

  // On the same port of its page.
  async restart() {
    await this.stopServing();
    await this.serve(new URL(this.status).host, this.options);
  }

  async stop() {
    await this.stopServing();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
