import { writeSync } from 'node:fs';
import { BaseError, messageOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { createLogger, type Logger } from '../base/log.ts';
import { connectAgent } from '../guest/agent.ts';
import { findAgent } from '../guest/find-agent.ts';
import { ResponderError } from './errors.ts';
import { AGENT_MS } from './limits.ts';
import { createResponder } from './serve.ts';
import { readSettings, type Settings } from './settings.ts';

declare const __VERSION__: string | undefined;

const NAME = 'twl-attest';
const HELP = `Usage: ${NAME} [--help | --version]

Answers a caller's nonce with a quote over it and over the launcher's receipt (docs/receipt.md):

  GET /attest?nonce=<64 hex>   {schema, nonce, report_data, quote, event_log, vm_config, receipt}
  GET /health                  {status}

Environment:
  LISTEN                address and port (0.0.0.0:8091)
  TWL_RUN_DIR           folder of receipt.json (/run/trusted-workload-launcher)
  TWL_AGENT_SOCKET      socket of the guest agent (/var/run/dstack.sock)
  LOG_FORMAT            text or json
`;

/** Signals that end the program at once: as process 1 it would get no default action. */
const ENDINGS = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

const listen = ({ host, port }: Settings, log: Logger, server: ReturnType<typeof createResponder>): Promise<void> =>
  new Promise((_, reject) => {
    server.once('error', (error) => {
      const what = `cannot listen at ${host}:${port}: ${escapeText(error.message)}`;
      reject(new ResponderError('cannot-listen', what, { hint: 'LISTEN names another address or port', cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      const shown = typeof address === 'object' && address !== null ? address.port : port;
      log.info(`listening at ${host.includes(':') ? `[${host}]` : host}:${shown}`);
    });
  });

const run = async (settings: Settings, log: Logger): Promise<void> => {
  const found = findAgent(process.env);
  if ('missing' in found) {
    const { message, hint } = found.missing;
    throw new ResponderError('no-agent', message, { ...(hint === undefined ? {} : { hint }), cause: found.missing });
  }
  const { socketPath } = found;
  const agent = () => connectAgent(socketPath, AGENT_MS);
  await listen(settings, log, createResponder({ receiptPath: settings.receiptPath, agent, log }));
};

const main = async (): Promise<void> => {
  for (const [signal, status] of ENDINGS) process.on(signal, () => process.exit(status));
  const [flag, ...more] = process.argv.slice(2);
  let log = createLogger(NAME, process.env.LOG_FORMAT === 'json' ? 'json' : 'text');
  let status: ExitCode = EXIT.internal;
  try {
    if (more.length === 0 && (flag === '--help' || flag === '-h' || flag === '--version')) {
      const version = typeof __VERSION__ === 'string' ? __VERSION__ : 'from source';
      writeSync(1, flag === '--version' ? `${NAME} ${version}\n` : HELP);
      process.exit(EXIT.ok);
    }
    if (flag !== undefined) throw new ResponderError('usage', 'it takes no arguments', { hint: 'call it with --help' });
    const settings = readSettings(process.env);
    log = createLogger(NAME, settings.logFormat);
    await run(settings, log);
  } catch (error) {
    if (error instanceof BaseError) {
      log.error(error.message, { code: (error as BaseError<string>).code });
      if (error.hint !== undefined) log.hint(error.hint);
      status = error.exitCode;
    } else {
      log.error(`internal error: ${error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error)}`, {
        code: 'internal',
      });
    }
  }
  process.exit(status);
};

void main();
