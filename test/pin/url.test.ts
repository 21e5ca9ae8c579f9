import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLoopback, readAuthority } from '../../src/pin/host.ts';
import { parseRepoUrl } from '../../src/pin/url.ts';
import { proxy } from '../../src/pin/values.ts';
import { holds } from '../support/property.ts';

const https = { kind: 'http', secure: true, host: 'h.org', port: 443 };
const ssh = { kind: 'ssh', user: 'git', host: 'h.org', port: undefined };

describe('what is accepted', () => {
  test.each<[string, object]>([
    ['https://h.org/a/b.git', { ...https, path: '/a/b.git' }],
    ['https://h.org/', { ...https, path: '/' }],
    ['https://h.org/a/', { ...https, path: '/a/' }],
    ['https://H.Org/A', { ...https, path: '/A' }],
    ['https://h.org:8443/a', { ...https, port: 8443, path: '/a' }],
    ['https://h.org/~u/a;b=c,d(1)!*+@:&$', { ...https, path: '/~u/a;b=c,d(1)!*+@:&$' }],
    ['https://h.org/a%20b/%C3%A4', { ...https, path: '/a%20b/%C3%A4' }],
    ['https://1.2.3.4/a', { ...https, host: '1.2.3.4', path: '/a' }],
    ['https://[2001:DB8::0:1]/a', { ...https, host: '2001:db8::1', path: '/a' }],
    ['https://xn--bcher-kva.example/a', { ...https, host: 'xn--bcher-kva.example', path: '/a' }],
    ['https://git_server:3000/a', { ...https, host: 'git_server', port: 3000, path: '/a' }],
    ['https://h.org/-a', { ...https, path: '/-a' }],
    ['http://localhost/a', { kind: 'http', secure: false, host: 'localhost', port: 80, path: '/a' }],
    ['http://127.0.0.1:8080/a', { kind: 'http', secure: false, host: '127.0.0.1', port: 8080, path: '/a' }],
    ['http://127.1.2.3/a', { kind: 'http', secure: false, host: '127.1.2.3', port: 80, path: '/a' }],
    ['http://[::1]:1/a', { kind: 'http', secure: false, host: '::1', port: 1, path: '/a' }],
    ['http://[0:0:0:0:0:0:0:1]/a', { kind: 'http', secure: false, host: '::1', port: 80, path: '/a' }],
    ['ssh://git@h.org/a/b', { ...ssh, path: '/a/b' }],
    ['ssh://h.org/a', { ...ssh, user: undefined, path: '/a' }],
    ['ssh://git@h.org:2222/a', { ...ssh, port: 2222, path: '/a' }],
    ['ssh://git@[::1]:22/a', { ...ssh, host: '::1', port: 22, path: '/a' }],
    ['ssh://git@h.org/a-b/-c', { ...ssh, path: '/a-b/-c' }],
    ['ssh://git@h.org/~u/a', { ...ssh, path: '~u/a' }],
    ['git@h.org:a/b.git', { ...ssh, path: 'a/b.git' }],
    ['git@h.org:/a/b.git', { ...ssh, path: '/a/b.git' }],
    ['org-1@h.org:~/a', { ...ssh, user: 'org-1', path: '~/a' }],
    ['git@[::1]:a', { ...ssh, host: '::1', path: 'a' }],
    ['file:///srv/a', { kind: 'local', path: '/srv/a' }],
    ['/srv/a', { kind: 'local', path: '/srv/a' }],
    ['/srv/a/', { kind: 'local', path: '/srv/a' }],
    ['/srv/ä:b?c', { kind: 'local', path: '/srv/ä:b?c' }],
  ])('%s', (text, expected) => {
    expect(parseRepoUrl(text)).toEqual({ ok: true, value: { text, ...expected } });
  });
});

describe('what is refused', () => {
  test.each<[string, string, string, number]>([
    ['nothing', '', 'bad-url', 0],
    ['an option', '-oProxyCommand=x', 'bad-url', 0],
    ['an option that git takes', '--upload-pack=x', 'bad-url', 0],
    ['user and password', 'https://u:p@h.org/a', 'credentials-in-url', 8],
    ['a user', 'https://u@h.org/a', 'credentials-in-url', 8],
    ['a token on loopback', 'http://t@localhost/a', 'credentials-in-url', 7],
    ['an empty user', 'https://@h.org/a', 'credentials-in-url', 8],
    ['an encoded user', 'https://%75@h.org/a', 'credentials-in-url', 8],
    ['a password for ssh', 'ssh://git:p@h.org/a', 'credentials-in-url', 6],
    ['an empty password for ssh', 'ssh://git:@h.org/a', 'credentials-in-url', 6],
    ['a password in scp form', 'git:p@h.org:a', 'bad-url', 0],
    ['http', 'http://h.org/a', 'bad-url', 0],
    ['http to a host that begins as loopback', 'http://127.0.0.1.h.org/a', 'bad-url', 0],
    ['http to a host that ends as loopback', 'http://x.localhost/a', 'bad-url', 0],
    ['http to the unspecified address', 'http://0.0.0.0/a', 'bad-url', 0],
    ['http to a mapped loopback address', 'http://[::ffff:127.0.0.1]/a', 'bad-url', 0],
    ['http to the metadata address', 'http://169.254.169.254/a', 'bad-url', 0],
    ['loopback as one number', 'http://2130706433/a', 'bad-url', 7],
    ['loopback in hex', 'http://0x7f.0.0.1/a', 'bad-url', 7],
    ['loopback with a hex end', 'http://127.0.0.0x1/a', 'bad-url', 7],
    ['loopback in octal', 'http://0177.0.0.1/a', 'bad-url', 7],
    ['loopback in short', 'http://127.1/a', 'bad-url', 7],
    ['an address out of range', 'http://127.0.0.256/a', 'bad-url', 7],
    ['an upper-case scheme', 'HTTPS://h.org/a', 'bad-url', 0],
    ['git://', 'git://h.org/a', 'bad-url', 0],
    ['git+ssh://', 'git+ssh://h.org/a', 'bad-url', 0],
    ['ftp://', 'ftp://h.org/a', 'bad-url', 0],
    ['a transport helper', 'ext::sh', 'bad-url', 0],
    ['a transport helper with a command', 'ext::sh -c id', 'bad-url', 7],
    ['a transport helper before a URL', 'http::https://h.org/a', 'bad-url', 0],
    ['a file descriptor', 'fd::17', 'bad-url', 0],
    ['a relative path', 'a/b', 'bad-url', 0],
    ['a relative path with dots', '../a', 'bad-url', 0],
    ['a host and path without user', 'h.org:a', 'bad-url', 0],
    ['a drive', 'C:\\a', 'bad-url', 0],
    ['one slash', 'https:/h.org/a', 'bad-url', 0],
    ['three slashes', 'https:///a', 'bad-url', 8],
    ['no host', 'https://', 'bad-url', 8],
    ['no path', 'https://h.org', 'bad-url', 13],
    ['a query', 'https://h.org/a?b', 'bad-url', 15],
    ['a query after the host', 'https://h.org?/a', 'bad-url', 13],
    ['a fragment', 'https://h.org/a#b', 'bad-url', 15],
    ['a space', 'https://h.org/a b', 'bad-url', 15],
    ['a TAB', 'https://h.org/a\tb', 'bad-url', 15],
    ['a line feed', 'https://h.org/a\nb', 'bad-url', 15],
    ['NUL', 'https://h.org/a\0b', 'bad-url', 15],
    ['a no-break space', '\u00a0https://h.org/a', 'bad-url', 0],
    ['a bidirectional control', 'https://h.org/\u202ea', 'bad-url', 14],
    ['a letter outside ASCII', 'https://h.org/ä', 'bad-url', 13],
    ['a host outside ASCII', 'https://bücher.example/a', 'bad-url', 8],
    ['full-width dots in a host', 'https://h．org/a', 'bad-url', 8],
    ['a backslash in the host', 'https://h.org\\@evil.org/a', 'credentials-in-url', 8],
    ['a backslash in the path', 'https://h.org/a\\b', 'bad-url', 13],
    ['a percent sign in the host', 'https://h%2eorg/a', 'bad-url', 8],
    ['an encoded line feed', 'https://h.org/a%0ab', 'bad-url', 13],
    ['an encoded TAB', 'https://h.org/a%09b', 'bad-url', 13],
    ['an encoded NUL', 'https://h.org/a%00', 'bad-url', 13],
    ['an encoded C1 control', 'https://h.org/a%C2%85', 'bad-url', 13],
    ['an encoded slash', 'https://h.org/a%2Fb', 'bad-url', 13],
    ['an encoded backslash', 'https://h.org/a%5cb', 'bad-url', 13],
    ['escapes that are no UTF-8', 'https://h.org/%ff', 'bad-url', 13],
    ['half an escape', 'https://h.org/%a', 'bad-url', 13],
    ['dots', 'https://h.org/../a', 'bad-url', 13],
    ['one dot', 'https://h.org/./a', 'bad-url', 13],
    ['encoded dots', 'https://h.org/%2e%2E/a', 'bad-url', 13],
    ['dots at the end', 'https://h.org/a/..', 'bad-url', 13],
    ['two slashes', 'https://h.org//evil.org/a', 'bad-url', 13],
    ['port 0', 'https://h.org:0/a', 'bad-url', 8],
    ['a port too large', 'https://h.org:65536/a', 'bad-url', 8],
    ['an empty port', 'https://h.org:/a', 'bad-url', 8],
    ['a port with zeros', 'https://h.org:0443/a', 'bad-url', 8],
    ['a host that is an option', 'https://-h.org/a', 'bad-url', 8],
    ['an ssh host that is an option', 'ssh://-oProxyCommand=x/a', 'bad-url', 6],
    ['an ssh host that is an option after a user', 'ssh://git@-oProxyCommand/a', 'bad-url', 10],
    ['an ssh user that is an option', 'ssh://-l@h.org/a', 'bad-url', 6],
    ['an scp host that is an option', 'git@-oProxyCommand=x:a', 'bad-url', 4],
    ['an scp path that is an option', 'git@h.org:-a', 'bad-url', 10],
    ['an ssh path that is an option', 'ssh://h.org/-a', 'bad-url', 11],
    ['two users', 'ssh://a@b@h.org/a', 'bad-url', 6],
    ['a trailing dot', 'https://h.org./a', 'bad-url', 8],
    ['an empty label', 'https://h..org/a', 'bad-url', 8],
    ['a label too long', `https://${'a'.repeat(64)}.org/a`, 'bad-url', 8],
    ['a host too long', `https://${'a.'.repeat(127)}org/a`, 'bad-url', 8],
    ['a zone', 'https://[fe80::1%25eth0]/a', 'bad-url', 8],
    ['half a bracket', 'https://[::1/a', 'bad-url', 8],
    ['a bracket around a name', 'https://[h.org]/a', 'bad-url', 8],
    ['no IPv6 address', 'https://[1::2::3]/a', 'bad-url', 8],
    ['no punycode', 'https://xn--a-ecp.ru--/a', 'bad-url', 8],
    ['a quote in an ssh path', "git@h.org:a'b", 'bad-url', 10],
    ['a command in an ssh path', 'git@h.org:a;id', 'bad-url', 10],
    ['a substitution in an ssh path', 'ssh://h.org/$(id)', 'bad-url', 11],
    ['an escape in an ssh path', 'ssh://h.org/a%0ab', 'bad-url', 11],
    ['dots in an ssh path', 'git@h.org:../a', 'bad-url', 10],
    ['no ssh path', 'ssh://h.org', 'bad-url', 11],
    ['an empty ssh path', 'ssh://h.org/', 'bad-url', 11],
    ['an empty scp path', 'git@h.org:', 'bad-url', 10],
    ['an scp path of a slash', 'git@h.org:/', 'bad-url', 10],
    ['a port in scp brackets', 'git@[h.org:22]:a', 'bad-url', 4],
    ['a file URL with a host', 'file://localhost/a', 'bad-url', 0],
    ['a file URL with an escape', 'file:///a%20b', 'bad-url', 7],
    ['a relative file URL', 'file://a', 'bad-url', 0],
    ['the root', '/', 'bad-url', 1],
    ['two slashes at the start', '//h.org/a', 'bad-url', 1],
    ['dots in a local path', '/a/../b', 'bad-url', 3],
    ['a space in a local path', '/a b', 'bad-url', 2],
    ['too long', `https://h.org/${'a'.repeat(2048)}`, 'bad-url', 0],
  ])('%s', (_, text, code, offset) => {
    expect(parseRepoUrl(text)).toMatchObject({ ok: false, fault: { code, offset } });
  });
});

test.each(['-oProxyCommand=x', '-u', '-git@h.org:a'])('%s is called what it is', (text) => {
  expect(parseRepoUrl(text)).toMatchObject({ fault: { message: "must not start with '-'" } });
});

describe('hosts', () => {
  const long = `${'a'.repeat(63)}.`.repeat(3) + 'b'.repeat(61);
  test.each<[string, object]>([
    ['h:65535', { host: 'h', port: 65535 }],
    ['h:1', { host: 'h', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65535 }],
    ['[::1]', { host: '::1', port: undefined }],
    [long, { host: long, port: undefined }],
    ['a'.repeat(63), { host: 'a'.repeat(63), port: undefined }],
    ['_a-b_', { host: '_a-b_', port: undefined }],
  ])('%s', (text, expected) => expect(readAuthority(text)).toEqual(expected));

  test.each([
    'h:65536',
    '[::1]:65536',
    'h:0',
    'h:123456',
    `${long}b`,
    'a'.repeat(64),
    '',
    ':1',
    '[]',
    '[:]',
    'a-',
    '-a',
  ])('refuses %s', (text) => expect(readAuthority(text)).toBeUndefined());

  test.each(['localhost', '::1', '127.0.0.1', '127.255.10.255', '127.0.0.19', '127.100.0.0'])(
    '%s is loopback',
    (host) => expect(isLoopback(host)).toBe(true),
  );
  test.each([
    '127.h.org',
    '127.0.0.1.h.org',
    '127.a.127.0.0.1',
    '127.0.0',
    '127.00.0.1',
    '128.0.0.1',
    '::2',
    'localhost.h.org',
    '',
  ])('%s is not', (host) => expect(isLoopback(host)).toBe(false));
});

describe('REPO_PROXY', () => {
  test.each(['http://proxy:3128', 'https://p.org:443', 'http://[::1]:8080', 'http://10.0.0.1:1'])('%s', (text) => {
    expect(proxy(text)).toEqual({ ok: true, value: text });
  });
  test.each([
    ['http://proxy', 'bad-url'],
    ['proxy:3128', 'bad-url'],
    ['xhttp://proxy:3128', 'bad-url'],
    ['http:/proxy:3128', 'bad-url'],
    ['u:p@proxy:3128', 'bad-url'],
    ['socks5://proxy:1080', 'bad-url'],
    ['http://proxy:3128/', 'bad-url'],
    ['http://proxy:3128?x', 'bad-url'],
    ['http://proxy:99999', 'bad-url'],
    ['http://-x:3128', 'bad-url'],
    ['http://proxy:3128\n', 'bad-url'],
    ['http://u:p@proxy:3128', 'credentials-in-url'],
    ['', 'bad-url'],
  ])('refuses %s', (text, code) => expect(proxy(text)).toMatchObject({ ok: false, fault: { code } }));
});

describe('properties', () => {
  const noise = fc.string({ unit: fc.constantFrom(...'ah1.-_~:@/%2eF0[]?#\\ \t\n\0$\'"ä\u202e🚀'), maxLength: 25 });
  const start = fc.constantFrom(
    '',
    'https://',
    'http://',
    'http://127.0.0.1',
    'ssh://',
    'git@',
    'git@h:',
    'file:///',
    '/',
    'https://h.org/',
  );
  const anything = fc.tuple(start, noise).map((parts) => parts.join(''));

  test('never throws, and what is accepted is plain', () => {
    holds(
      fc.property(fc.oneof(anything, fc.string()), (text) => {
        const result = parseRepoUrl(text);
        if (!result.ok) {
          expect(result.fault.offset).toBeLessThanOrEqual(text.length);
          return;
        }
        expect(result.value.text).toBe(text);
        expect(text).not.toMatch(/[\p{Cc}\s]|\p{Bidi_Control}/u);
        expect(text).not.toMatch(/^-/);
        expect(result.value.path).not.toMatch(/^-|(?:^|\/)\.\.?(?:\/|$)/);
        if (result.value.kind !== 'local') expect(result.value.host).toMatch(/^[a-z0-9_:][a-z0-9._:-]*$/);
      }),
      5000,
    );
  });

  test('an http URL goes where every other parser sends it, and asks for the same path', () => {
    holds(
      fc.property(
        fc
          .tuple(fc.constantFrom('https://', 'http://127.0.0.1', 'https://h.org/'), noise)
          .map((parts) => parts.join('')),
        (text) => {
          const result = parseRepoUrl(text);
          if (!result.ok || result.value.kind !== 'http') return;
          const other = new URL(text);
          expect(other.hostname.replace(/^\[|\]$/g, '')).toBe(result.value.host);
          expect(Number(other.port) || (result.value.secure ? 443 : 80)).toBe(result.value.port);
          expect(other.username + other.password + other.search + other.hash).toBe('');
          expect(other.pathname).toBe(result.value.path);
        },
      ),
      5000,
    );
  });

  test('web URLs without a query are accepted, and refused with credentials', () => {
    holds(
      fc.property(
        fc.domain(),
        fc.stringMatching(/^[A-Za-z0-9_~][A-Za-z0-9_~.-]{0,8}$/),
        fc.stringMatching(/^[a-z0-9:]{1,8}$/),
        (host, name, user) => {
          expect(parseRepoUrl(`https://${host}/${name}`)).toMatchObject({
            ok: true,
            value: { host: host.toLowerCase() },
          });
          expect(parseRepoUrl(`https://${user}@${host}/${name}`)).toMatchObject({
            fault: { code: 'credentials-in-url' },
          });
        },
      ),
    );
  });

  test('any IPv4 and IPv6 address in its plain form is a host', () => {
    holds(
      fc.property(fc.ipV4(), fc.ipV6(), fc.integer({ min: 1, max: 65535 }), (v4, v6, port) => {
        expect(readAuthority(`${v4}:${port}`)).toEqual({ host: v4, port });
        expect(readAuthority(`[${v6}]:${port}`)?.port).toBe(port);
      }),
    );
  });
});
