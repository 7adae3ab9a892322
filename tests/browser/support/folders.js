// Where things are, for every test here.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const pages = path.join(root, 'lessons/16-tracker/web/pages/assets');
export const sharedTrips = path.resolve(root, '../shared/data/trips');
