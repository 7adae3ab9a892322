import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pathsOf, roundedUp } from '../../../lessons/16-tracker/web/pages/assets/live-chart.js';

test('an axis ends at 1, 2 or 5 times a power of ten, and never below what is shown', () => {
  for (const [most, end] of [[0, 1], [NaN, 1], [1, 1], [1.1, 2], [2.5, 5], [24, 50], [50, 50], [51, 100], [0.03, 0.05], [179_400_000, 200_000_000]]) {
    assert.equal(roundedUp(most), end, String(most));
  }
});

test('a gap in the samples is a gap in the line, and a lone value is a dot', () => {
  const points = [[0, 0], [10, 10], [20, null], [50, 5], [60, null], [90, 10], [100, 10]];
  const { line, area } = pathsOf(points, 0, 100, 10);
  assert.equal(line, 'M0.0,120.0h0L60.0,6.0M300.0,63.0h0M540.0,6.0h0L600.0,6.0');
  assert.equal(area.split('Z').length - 1, 3);
  assert.ok(area.startsWith('M0.0,120.0L60.0,6.0L60.0,120L0.0,120Z'));
  assert.deepEqual(pathsOf([[0, null]], 0, 100, 10), { line: '', area: '' });
});
