// How long a page of history takes from its opening to the picture with the track, in ms, by the
// browser's clock.
//
//   node first_paint.mjs ADDRESS [COOKIE]    (BROWSER_MODULES names the folder of npm's packages)

import { launch } from '../../slides/print/chromium.js';

const browser = await launch();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', timezoneId: 'Europe/Berlin' });
  const [address, cookie] = process.argv.slice(2);
  if (cookie) {
    const [name, value] = cookie.split('=');
    await context.addCookies([{ name, value, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Lax' }]);
  }
  const page = await context.newPage();
  await page.goto('about:blank'); // the browser's own start is not what is measured
  await page.goto(address, { waitUntil: 'commit' });
  await page.waitForSelector('html[data-painted="track"]', { timeout: 60000 });
  const marks = await page.evaluate(() => performance.getEntriesByName('track painted').map(({ startTime }) => startTime));
  console.log(marks[0].toFixed(0));
} finally {
  await browser.close();
}
