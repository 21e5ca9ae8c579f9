import { isIP } from 'node:net';
import { isAbsolute, normalize } from 'node:path';
import { escapeText } from '../base/escape.ts';
import { ResponderError } from './errors.ts';

export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly receiptPath: string;
  readonly logFormat: 'text' | 'json';
}

const DEFAULT_LISTEN = '0.0.0.0:8091';
/** The launcher's folder (docs/receipt.md). */
const DEFAULT_FOLDER = '/run/trusted-workload-launcher';
const RECEIPT_NAME = 'receipt.json';
/** Our variables; the second one is read by the client of the agent. */
const KNOWN = ['TWL_RUN_DIR', 'TWL_AGENT_SOCKET'];

const wrong = (name: string, value: string, wanted: string): ResponderError =>
  new ResponderError('bad-variable', `${name} is '${escapeText(value.slice(0, 200))}', not ${wanted}`, {
    hint: 'docs/receipt.md lists the variables',
  });

const readListen = (text: string): { host: string; port: number } => {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text);
  const [, ipv6, ipv4, digits = ''] = parts ?? [];
  const port = Number(digits);
  const isAddress = ipv6 === undefined ? isIP(ipv4 ?? '') === 4 : isIP(ipv6) === 6;
  if (!isAddress || port > 0xffff) throw wrong('LISTEN', text, 'ADDRESS:PORT with an IP address ([::]:8091 for IPv6)');
  return { host: ipv6 ?? ipv4 ?? '', port };
};

/**
 * What the environment says. A TWL_ variable that is not known is an error: it was meant to do something.
 * @throws ResponderError `bad-variable`
 */
export const readSettings = (environment: Readonly<Record<string, string | undefined>>): Settings => {
  const odd = Object.keys(environment).find((name) => name.startsWith('TWL_') && !KNOWN.includes(name));
  if (odd !== undefined) throw wrong(odd, environment[odd] ?? '', `a variable of this program: ${KNOWN.join(', ')}`);
  const { LISTEN = DEFAULT_LISTEN, LOG_FORMAT = 'text', TWL_RUN_DIR = DEFAULT_FOLDER } = environment;
  if (LOG_FORMAT !== 'text' && LOG_FORMAT !== 'json') throw wrong('LOG_FORMAT', LOG_FORMAT, 'text or json');
  if (!isAbsolute(TWL_RUN_DIR) || normalize(TWL_RUN_DIR) !== TWL_RUN_DIR || TWL_RUN_DIR.endsWith('/')) {
    throw wrong('TWL_RUN_DIR', TWL_RUN_DIR, 'an absolute path in its shortest form');
  }
  return { ...readListen(LISTEN), receiptPath: `${TWL_RUN_DIR}/${RECEIPT_NAME}`, logFormat: LOG_FORMAT };
};
