/** What a file is to be looked at as. */
export type LintForm = 'config' | 'compose' | 'app-compose';

/** `KEY=VALUE`, as the pin's reader takes it or nearly so. */
const ASSIGNMENT = /^[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*=/;
/** A key of YAML at the left edge, a directive, or the start of a document. */
const YAML_KEY = /^(?:"[^"]*"|'[^']*'|[A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]|$)|^%|^---(?:[ \t]|$)/;
/** Keys that every app-compose.json has and no compose file. */
const APP_KEY = /"(?:manifest_version|docker_compose_file|bash_script)"\s*:/;

const isSignificant = (line: string): boolean => !/^[ \t]*(?:#|$)/.test(line);

/**
 * Which form the bytes have, told by the first thing that they say; undefined for none. A compose file may be written as JSON. Only
 * which reader they go to is decided here: each reader then takes its own form whole or not at all, so that no file passes as two.
 */
export const formOf = (bytes: Uint8Array): LintForm | undefined => {
  // What is no UTF-8, or begins with a byte order mark, is its reader's to refuse, with the line.
  const text = new TextDecoder('utf-8').decode(bytes);
  if (/^\s*\{/.test(text)) return APP_KEY.test(text) ? 'app-compose' : 'compose';
  const first = text.split(/\r\n|\r|\n/).find(isSignificant) ?? '';
  if (ASSIGNMENT.test(first)) return 'config';
  return YAML_KEY.test(first) ? 'compose' : undefined;
};
