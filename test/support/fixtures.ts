import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** Beside the project, or where `npm run fixtures` puts them. */
const PLACES = [join(root, '../shared/fixtures'), join(root, 'fixtures')];

/** The folder of the captures; where there is none, the first place that was looked at. */
export const fixtures: string = PLACES.find((place) => existsSync(place)) ?? PLACES[0]!;

/** Whether the captures are there. Where not, their tests are skipped under a name that says so. */
export const hasFixtures: boolean = existsSync(fixtures);
export const unlessFixtures: string = hasFixtures
  ? ''
  : ' (skipped: no captures in ../shared/fixtures or fixtures; npm run fixtures brings them)';
