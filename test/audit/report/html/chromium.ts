import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { useScratch } from '../../../support/use-scratch.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Whether there is a browser to ask. Under CI that there is none is an error. */
export const hasChromium: boolean = existsSync(CHROMIUM);
if (!hasChromium && (process.env.CI ?? '') !== '')
  throw new Error(`${CHROMIUM} must be there under CI: install chromium`);
export const unlessChromium: string = hasChromium ? '' : ` (skipped: no ${CHROMIUM})`;

/** No network of its own, and nothing of the user's. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** What a page is after it was loaded and had its time: the document as HTML. */
export const loadPage = async (html: string): Promise<string> => {
  const scratch = useScratch();
  const path = scratch.join('page.html');
  writeFileSync(path, html);
  const args = [...FLAGS, `--user-data-dir=${scratch.join('profile')}`, '--virtual-time-budget=2000', '--dump-dom'];
  const { stdout } = await promisify(execFile)(CHROMIUM, [...args, `file://${path}`], {
    env: { PATH: process.env.PATH ?? '', HOME: scratch.path },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 50_000,
  });
  return stdout;
};

/** A server of this machine that answers anything, and counts who asked. */
export const countRequests = async (): Promise<{ readonly origin: string; readonly asked: string[] }> => {
  const asked: string[] = [];
  const server: Server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.end('');
  });
  server.on('connection', () => asked.push('connection'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
};

export const titleIn = (dom: string): string | undefined => /<title>([^<]*)<\/title>/.exec(dom)?.[1];
