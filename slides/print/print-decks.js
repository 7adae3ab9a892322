// Prints every deck: `node print-decks.js FOLDER SERVER ARGUMENT...` starts the slide server, has
// Chromium print each deck into FOLDER/NN-topic.pdf and its students' handout into
// FOLDER/NN-topic-students.pdf, and checks the number of a deck's pages. Exit code 0;
// 1 when a PDF is not right; 100 when something must be installed; 111 when the server does not run.

import fs from 'node:fs';
import path from 'node:path';

import { launch, missing } from './chromium.js';
import { printDeck, printSheets } from './pdf.js';
import { SlideServer } from './server.js';

const EXIT_WRONG = 1, EXIT_USAGE = 100, EXIT_SYSTEM = 111;

async function printAll(server, folder) {
  const browser = await launch();
  let wrong = 0;
  try {
    for (const name of await server.decks()) {
      const file = path.join(folder, `${name}.pdf`);
      const { pages, wanted } = await printDeck(browser, `${server.address}/decks/${name}`, file);
      console.log(`${file}: ${pages} pages${pages === wanted ? '' : `, and should have ${wanted}`}`);
      wrong += pages === wanted ? 0 : 1;
      const sheets = path.join(folder, `${name}-students.pdf`);
      console.log(`${sheets}: ${await printSheets(browser, `${server.address}/students/${name}`, sheets)} pages`);
    }
  } finally {
    await browser.close();
  }
  return wrong === 0 ? 0 : EXIT_WRONG;
}

const [folder, ...command] = process.argv.slice(2);
const reason = missing();
if (reason !== '') {
  console.error(`print-decks: ${reason}`);
  process.exit(EXIT_USAGE);
}
fs.mkdirSync(folder, { recursive: true });
try {
  const server = await SlideServer.start(command);
  process.exitCode = await printAll(server, folder).finally(() => server.stop());
} catch (error) {
  console.error(`print-decks: ${error.message}`);
  process.exitCode = EXIT_SYSTEM;
}
