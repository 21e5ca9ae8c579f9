import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../shared/fixtures/tdx/', import.meta.url);

export const hasFixtures = existsSync(folder);
if (!hasFixtures) console.info('no captures at ../shared/fixtures: the mocks are not held against real machines');

export const fixture = (path: string): Buffer => readFileSync(new URL(path, folder));
// biome-ignore lint/suspicious/noExplicitAny: captures have many shapes, and a wrong one fails the test
export const fixtureJson = (path: string): any => JSON.parse(fixture(path).toString('utf8'));
