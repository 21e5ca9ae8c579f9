import { findForbidden } from './characters.ts';
import { type Checked, fail, pass } from './checked.ts';
import { isLoopback, readAuthority } from './host.ts';
import { MAX_URL_LENGTH } from './limits.ts';
import { absoluteFolder } from './paths.ts';
import type { RepoUrl } from './types.ts';

const FORMS = 'write https://host/path, ssh://host/path, git@host:path, file:///path or an absolute path';
const NO_PATH_HINT = 'name the repository after the host';
const HOST = 'must name a plain host';
const HOST_HINT = 'write a name, an IPv4 address or [IPv6], then :port if need be';

/** RFC 3986 `pchar` and `/`. Everything else is written `%XX`, of which {@link decoded} sees to the digits. */
const HTTP_PATH = /^[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$/;
/** What needs no quoting in the remote command, and means nothing to it. */
const SSH_PATH = /^[A-Za-z0-9._~+@:,=/-]+$/;
const SSH_USER = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/;
/** `user@host:path`, of which the user is as above. */
const SCP_LIKE = /^([A-Za-z0-9_][A-Za-z0-9._+-]*)@(\[[^\]]*\]|[^@:/[\]]+):(.*)/s;

const badSegment = (path: string): boolean =>
  path
    .split('/')
    .some(
      (segment, index, all) =>
        segment === '.' || segment === '..' || (segment === '' && index > 0 && index < all.length - 1),
    );

/** What the server will read out of a path's escapes, which must be UTF-8; `offset` is where it starts in the URL. */
const decoded = (path: string, offset: number): Checked<string> => {
  const hint = 'write others as %XX of their UTF-8';
  const refused = fail('bad-url', 'must have a path of URL characters', hint, offset);
  if (!HTTP_PATH.test(path)) return refused;
  try {
    return pass(decodeURIComponent(path));
  } catch {
    return refused;
  }
};

const http = (text: string, secure: boolean): Checked<RepoUrl> => {
  const start = secure ? 'https://'.length : 'http://'.length;
  const slash = text.indexOf('/', start);
  const authority = text.slice(start, slash === -1 ? undefined : slash);
  if (authority.includes('@')) {
    return fail('credentials-in-url', 'must not contain credentials', 'put them in REPO_CREDENTIAL_FILE', start);
  }
  const odd = text.search(/[?#]/);
  if (odd !== -1) return fail('bad-url', 'must not have a query or a fragment', 'end the URL before it', odd);
  const server = readAuthority(authority);
  if (server === undefined) return fail('bad-url', HOST, HOST_HINT, start);
  if (!secure && !isLoopback(server.host)) {
    return fail('bad-url', 'must not use http:// but on loopback', 'use https://');
  }
  if (slash === -1) return fail('bad-url', 'must have a path', NO_PATH_HINT, text.length);
  const path = text.slice(slash);
  const checked = decoded(path, slash);
  if (!checked.ok) return checked;
  const plain = checked.value;
  // Escapes that hide a slash or a dot segment are read one way by us and another by a server or a proxy between.
  if (findForbidden(plain) !== undefined || /[\n\t\\]/.test(plain) || /%2f/i.test(path)) {
    return fail('bad-url', 'must not hide control characters or slashes in %XX', 'remove them', slash);
  }
  if (badSegment(plain)) return fail('bad-url', "must not contain '.', '..' or empty names", 'write it plainly', slash);
  const { host, port = secure ? 443 : 80 } = server;
  return pass({ kind: 'http', text, secure, host, port, path });
};

/** The path that ssh's other end gets; `offset` is where it starts in the URL. */
const sshPath = (path: string, offset: number): Checked<string> => {
  if (!SSH_PATH.test(path)) {
    const hint = 'letters, digits and . _ ~ + @ : , = / - are what a remote command takes safely';
    return fail('bad-url', 'must have a plain path', hint, offset);
  }
  if (badSegment(path)) return fail('bad-url', "must not contain '.', '..' or empty names", 'write it plainly', offset);
  if (/^\/?-/.test(path)) return fail('bad-url', "must not have a path that starts with '-'", 'rename it', offset);
  return pass(path);
};

const ssh = (text: string): Checked<RepoUrl> => {
  const start = 'ssh://'.length;
  const slash = text.indexOf('/', start);
  const authority = text.slice(start, slash === -1 ? undefined : slash);
  const at = authority.lastIndexOf('@');
  const user = at === -1 ? undefined : authority.slice(0, at);
  if (user?.includes(':')) {
    return fail('credentials-in-url', 'must not contain a password', 'use SSH_KEY_FILE', start);
  }
  if (user?.search(SSH_USER) === -1) return fail('bad-url', 'must name a plain user', FORMS, start);
  const server = readAuthority(authority.slice(at + 1));
  if (server === undefined) return fail('bad-url', HOST, HOST_HINT, start + at + 1);
  if (slash === -1) return fail('bad-url', 'must have a path', NO_PATH_HINT, text.length);
  const path = sshPath(text.slice(slash), slash);
  if (!path.ok) return path;
  if (path.value === '/') return fail('bad-url', 'must have a path', NO_PATH_HINT, slash);
  // As git does: /~user/x is the home of a user and not a folder below the root.
  const sent = path.value.startsWith('/~') ? path.value.slice(1) : path.value;
  return pass({ kind: 'ssh', text, user, ...server, path: sent });
};

const scpLike = (text: string): Checked<RepoUrl> => {
  const parts = SCP_LIKE.exec(text);
  if (parts === null) return fail('bad-url', 'must be a URL or an absolute path', FORMS);
  const [user, host, path] = parts.slice(1) as [string, string, string];
  const server = readAuthority(host);
  const hostAt = user.length + 1;
  if (server === undefined) return fail('bad-url', HOST, HOST_HINT, hostAt);
  const checked = sshPath(path, hostAt + host.length + 1);
  if (!checked.ok) return checked;
  if (path === '/') return fail('bad-url', 'must have a path', NO_PATH_HINT, text.length - 1);
  return pass({ kind: 'ssh', text, user, ...server, path });
};

const local = (text: string, start: number): Checked<RepoUrl> => {
  const path = absoluteFolder(text.slice(start));
  if (!path.ok) return { ok: false, fault: { ...path.fault, code: 'bad-url', offset: path.fault.offset + start } };
  if (start > 0 && /[%?#]/.test(path.value)) {
    return fail('bad-url', 'must not have %, ? or # after file://', 'write the absolute path without file://', start);
  }
  return pass({ kind: 'local', text, path: path.value });
};

/**
 * Reads where a repository is: `https://…`, `ssh://…`, `user@host:path`, `file:///…` or an absolute path, and `http://`
 * on loopback. Strict where parsers differ, so that what is read here is what every client sends: ASCII, a plain host,
 * no credentials, no query, no dot segment, nothing that a command could take for an option (design, "The pin";
 * CVE-2017-1000117, CVE-2020-5260). Never throws; a fault's offset is one of `text`.
 */
export const parseRepoUrl = (text: string): Checked<RepoUrl> => {
  if (text.startsWith('-')) return fail('bad-url', "must not start with '-'", FORMS);
  const odd = Math.max(text.search(/\s/u), findForbidden(text)?.index ?? -1);
  if (odd !== -1) return fail('bad-url', 'must not contain white space or control characters', 'remove them', odd);
  if (text.startsWith('/')) return local(text, 0);
  if (text.length > MAX_URL_LENGTH) return fail('bad-url', `must not be longer than ${MAX_URL_LENGTH}`, FORMS);
  if (text.startsWith('https://')) return http(text, true);
  if (text.startsWith('http://')) return http(text, false);
  if (text.startsWith('ssh://')) return ssh(text);
  if (text.startsWith('file:///')) return local(text, 'file://'.length);
  if (text.includes('://') || /^[^@/[]*::/.test(text)) return fail('bad-url', 'must not use another transport', FORMS);
  return scpLike(text);
};
