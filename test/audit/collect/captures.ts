import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../shared/fixtures/tdx/', import.meta.url));

/** Whether the captures are here. They are no part of the project. */
export const haveCaptures = existsSync(folder);
if (!haveCaptures) console.info(`skipped: no captures in ${folder}`);

export const capture = (name: string): Buffer => readFileSync(`${folder}${name}`);

// biome-ignore lint/suspicious/noExplicitAny: the shape is the capture's
export const captureJson = (name: string): any => JSON.parse(capture(name).toString('utf8'));
