// What the page of the API makes of a description: schemas in a few words, and references.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages } from '../support/folders.js';

const { kindOf, resolved } = await import(`${pages}/api-page.js`);

const WHOLE = { components: { schemas: {
  Time: { type: 'integer', 'x-unit': 'Unix milliseconds' }, 'a/b~c': { type: 'string' } } } };
const TIME = { $ref: '#/components/schemas/Time' };

test('a reference is what it points to, and anything else is itself', () => {
  assert.equal(resolved(TIME, WHOLE), WHOLE.components.schemas.Time);
  assert.equal(resolved({ $ref: '#/components/schemas/a~1b~0c' }, WHOLE).type, 'string');
  assert.deepEqual(resolved({ type: 'string' }, WHOLE), { type: 'string' });
  assert.equal(resolved({ $ref: '#/components/schemas/None' }, WHOLE), undefined);
  assert.equal(resolved(undefined, WHOLE), undefined);
});

test('a schema is said in a few words', () => {
  for (const [schema, words] of [
    [{ type: 'string' }, 'string'],
    [{ type: ['number', 'null'] }, 'number or null'],
    [TIME, 'integer, Unix milliseconds'],
    [{ type: 'integer', minimum: 1, maximum: 36500 }, 'integer (minimum 1, maximum 36500)'],
    [{ type: 'array', items: TIME }, 'list of: integer, Unix milliseconds'],
    [{ enum: ['gpx', 0] }, '"gpx" or 0'],
    [{ oneOf: [{ type: 'null' }, { type: 'object' }, { type: 'object' }] }, 'null or object'],
    [{}, 'anything'],
    [undefined, 'anything'],
  ]) assert.equal(kindOf(schema, WHOLE), words);
});
