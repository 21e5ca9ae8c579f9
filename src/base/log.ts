import { writeSync } from 'node:fs';
import { escapeLines } from './escape.ts';

export type LogFormat = 'text' | 'json';
type Level = 'info' | 'warning' | 'error' | 'hint';

/** Structured companions of a line in JSON format. Values are shown as they are: never pass a secret. */
export type LogFields = Record<string, string | number | boolean>;

export interface Logger {
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  hint(message: string): void;
}

const STDERR = 2;

/**
 * All of `text` to standard error, synchronously. `console` and `process.stderr` would leave a pipe non-blocking, and the
 * workload that takes this process over would lose output with EAGAIN. A reader that
 * is gone must not stop a launch.
 */
const writeAll = (text: string): void => {
  const bytes = Buffer.from(text, 'utf8');
  let written = 0;
  let attempts = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(STDERR, bytes, written);
      attempts = 0;
    } catch (error) {
      // Somebody else left the pipe non-blocking: wait for the reader, but not for ever.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN') || ++attempts > 500) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
};

/** A logger whose lines begin with `[program] `, on standard error; with `json`, one object a line. */
export const createLogger = (program: string, format: LogFormat): Logger => {
  const write = (level: Level, message: string, fields: LogFields = {}): void => {
    if (format === 'json') {
      const entry = { ...fields, time: new Date().toISOString(), level, program, message: escapeLines(message) };
      writeAll(`${JSON.stringify(entry)}\n`);
      return;
    }
    const label = level === 'info' ? '' : `${level}: `;
    const lines = escapeLines(message).split('\n');
    writeAll(lines.map((line, index) => `[${program}] ${index === 0 ? label : '  '}${line}\n`).join(''));
  };
  return {
    info: (message, fields) => write('info', message, fields),
    warning: (message, fields) => write('warning', message, fields),
    error: (message, fields) => write('error', message, fields),
    hint: (message) => write('hint', message),
  };
};
