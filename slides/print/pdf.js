// A deck as PDF: one page a slide, and the notes of a slide on a page of their own behind it, so
// that long notes cover nothing. reveal.js lays the pages out and says when it is done; printing
// before that (as `chromium --print-to-pdf` does) gives half a deck or an empty one.

const READY_LIMIT_MS = 20000;

// Writes `file`; returns {pages, wanted}: how many pages it has, and how many slides and notes.
export async function printDeck(browser, address, file) {
  const page = await browser.newPage({ colorScheme: 'light' });
  try {
    await page.goto(`${address}?print-pdf&showNotes=separate-page`);
    await page.waitForSelector('html[data-printable]', { timeout: READY_LIMIT_MS });
    const wanted = await page.evaluate(() => document.querySelectorAll('.pdf-page, .speaker-notes-pdf').length);
    const bytes = await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true, tagged: true, outline: true });
    return { pages: pageCount(bytes), wanted };
  } finally {
    await page.close();
  }
}

// The students' handout, as A4 pages to write on. Returns how many they are.
export async function printSheets(browser, address, file) {
  const page = await browser.newPage({ colorScheme: 'light' });
  try {
    await page.goto(address);
    const margin = { top: '15mm', bottom: '15mm', left: '12mm', right: '12mm' };
    const bytes = await page.pdf({ path: file, format: 'A4', margin, printBackground: true, tagged: true, outline: true });
    return pageCount(bytes);
  } finally {
    await page.close();
  }
}

// Chromium writes its page objects uncompressed.
export function pageCount(bytes) {
  return [...bytes.toString('latin1').matchAll(/\/Type\s*\/Page\b(?!s)/g)].length;
}
