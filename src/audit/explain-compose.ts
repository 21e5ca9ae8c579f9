import { sameBytes } from '../evidence/bytes.ts';

/** The longest part of a line that a message shows. */
const MAX_SHOWN = 200;

const shown = (line: string | undefined): string => {
  if (line === undefined) return '(no such line)';
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
};

/** A byte order mark stays: it is a difference like any other. */
const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** An object with a key that every app-compose has, or the one that holds the compose file: a compose file may be JSON, too. */
const looksLikeAppCompose = (text: string): boolean =>
  text.trimStart().startsWith('{') && /"(?:manifest_version|docker_compose_file)"/.test(text);

/**
 * How the file that the auditor read differs from what was measured: undefined where its bytes are the app-compose itself, or the compose
 * file inside it. Else lines that name the first line that differs. Nothing is normalised: one more line feed is a difference, and said to be.
 * A file that is an app-compose is never looked for inside of another one.
 */
export const explainCompose = (
  read: Uint8Array,
  appCompose: Uint8Array,
  composeFile: string | undefined,
): string[] | undefined => {
  if (sameBytes(read, appCompose)) return undefined;
  const isAppCompose = looksLikeAppCompose(decode(read));
  if (!isAppCompose && composeFile === undefined) return ['the app-compose holds no docker_compose_file'];
  const measured = isAppCompose || composeFile === undefined ? decode(appCompose) : composeFile;
  if (!isAppCompose && sameBytes(read, new TextEncoder().encode(measured))) return undefined;
  const name = isAppCompose ? 'app-compose' : 'docker_compose_file';
  const [a, b] = [decode(read).split('\n'), measured.split('\n')];
  const at = a.findIndex((line, index) => line !== b[index]);
  const line = at === -1 ? a.length : at;
  if (a[line] === undefined && b[line] === undefined) return [`${name}: the bytes differ where they are no UTF-8`];
  return [
    `${name} line ${line + 1} of the file:     ${shown(a[line])}`,
    `${name} line ${line + 1} as measured:     ${shown(b[line])}`,
  ];
};
