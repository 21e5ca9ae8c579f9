import { describe, expect, test } from 'vitest';
import { DEFAULTS, SHA, SHA256, bytesOf, config, faultsOf, parse, pinOf } from './support.ts';

describe('a pin', () => {
  test('of the three required keys has every default filled in', () => {
    expect(pinOf(config())).toEqual({
      repoUrl: {
        kind: 'http',
        text: 'https://example.org/a/b.git',
        secure: true,
        host: 'example.org',
        port: 443,
        path: '/a/b.git',
      },
      repoMirrors: [],
      commitSha: SHA,
      objectFormat: 'sha1',
      workDir: '/srv/app',
      treeSha256: undefined,
      repoSubdir: undefined,
      mode: { kind: 'default', entrypointScript: 'tee-launch.sh' },
      childEnvFile: undefined,
      allowEnv: [],
      repoCredentialFile: undefined,
      repoCaFile: undefined,
      repoProxy: undefined,
      sshKeyFile: undefined,
      sshKnownHostsFile: undefined,
      submodules: 'no',
      receipt: 'auto',
    });
  });

  test('of every key of the default mode', () => {
    const pin = pinOf(
      config({
        REPO_MIRRORS: 'git@example.org:a/b.git https://m.example.org/a',
        TREE_SHA256: SHA256,
        REPO_SUBDIR: 'sub/dir/',
        ENTRYPOINT_SCRIPT: './run.sh',
        CHILD_ENV_FILE: '/run/env',
        ALLOW_ENV: 'PYTHONPATH NODE_OPTIONS BASH_FUNC_x%%',
        REPO_CREDENTIAL_FILE: '/run/token',
        REPO_CA_FILE: '/run/ca',
        REPO_PROXY: 'http://p:1',
        SSH_KEY_FILE: '/run/key',
        SSH_KNOWN_HOSTS_FILE: '/run/hosts',
        SUBMODULES: 'yes',
        RECEIPT: 'required',
      }),
    );
    expect(pin).toMatchObject({
      treeSha256: SHA256,
      repoSubdir: 'sub/dir',
      mode: { kind: 'default', entrypointScript: 'run.sh' },
      childEnvFile: '/run/env',
      allowEnv: ['BASH_FUNC_x%%', 'NODE_OPTIONS', 'PYTHONPATH'],
      repoCredentialFile: '/run/token',
      repoCaFile: '/run/ca',
      repoProxy: 'http://p:1',
      sshKeyFile: '/run/key',
      sshKnownHostsFile: '/run/hosts',
      submodules: 'yes',
      receipt: 'required',
    });
    expect(pin.repoMirrors.map((url) => url.kind)).toEqual(['ssh', 'http']);
  });

  test('takes defaults from the program that reads it', () => {
    const pin = pinOf(config(), { entrypointScript: 'entrypoint.sh', submodules: 'ignore' });
    expect(pin).toMatchObject({ mode: { entrypointScript: 'entrypoint.sh' }, submodules: 'ignore' });
  });

  test('by a SHA-256 commit', () => {
    expect(pinOf(config({ COMMIT_SHA: SHA256 })).objectFormat).toBe('sha256');
  });

  test.each<[string, Record<string, string>, object]>([
    [
      'RUN_CMD alone',
      { RUN_CMD: 'exec node x.js' },
      { kind: 'advanced', runCmd: 'exec node x.js', installCmd: undefined },
    ],
    ['with INSTALL_CMD', { RUN_CMD: 'a', INSTALL_CMD: 'b' }, { kind: 'advanced', runCmd: 'a', installCmd: 'b' }],
    [
      'with an empty INSTALL_CMD',
      { RUN_CMD: 'a', INSTALL_CMD: '' },
      { kind: 'advanced', runCmd: 'a', installCmd: undefined },
    ],
    [
      'with a # in INSTALL_CMD',
      { RUN_CMD: 'a', INSTALL_CMD: 'b # c' },
      { kind: 'advanced', runCmd: 'a', installCmd: 'b # c' },
    ],
    ['with a # in it', { RUN_CMD: 'a # b' }, { kind: 'advanced', runCmd: 'a # b', installCmd: undefined }],
    [
      'an empty INSTALL_CMD without RUN_CMD',
      { INSTALL_CMD: '' },
      { kind: 'default', entrypointScript: 'tee-launch.sh' },
    ],
  ])('mode: %s', (_, changes, expected) => expect(pinOf(config(changes)).mode).toEqual(expected));

  test('from quoted values, comments and no final line feed', () => {
    const text = `# a pin\n\n  REPO_URL="https://example.org/a"\nCOMMIT_SHA='${SHA}'\nWORK_DIR="/srv/a #1"`;
    expect(pinOf(text)).toMatchObject({ commitSha: SHA, workDir: '/srv/a #1' });
  });

  test.each<[string, Record<string, string>]>([
    [
      'credentials for an https mirror',
      { REPO_URL: '/srv/r', REPO_MIRRORS: 'https://h.org/r', REPO_CREDENTIAL_FILE: '/t' },
    ],
    ['keys of the predecessor left blank', { REPO_SUBDIR: '', CHILD_ENV_FILE: '', RUN_CMD: 'a', INSTALL_CMD: '' }],
    ['credentials on loopback', { REPO_URL: 'http://localhost/r', REPO_CREDENTIAL_FILE: '/t' }],
    [
      'credentials that one mirror of two needs',
      { REPO_URL: '/srv/r', REPO_MIRRORS: 'https://h.org/r ssh://h.org/r', REPO_CREDENTIAL_FILE: '/t' },
    ],
    ['a key for an ssh mirror', { REPO_MIRRORS: 'ssh://h.org/r', SSH_KEY_FILE: '/k' }],
    ['a CA for submodules elsewhere', { REPO_URL: '/srv/r', SUBMODULES: 'yes', REPO_CA_FILE: '/c' }],
  ])('with %s', (_, changes) => expect(faultsOf(config(changes))).toEqual([]));
});

describe('COMMIT_SHA', () => {
  test.each([
    ['abbreviated', SHA.slice(0, 12), 12],
    ['of 39 digits', SHA.slice(1), 12],
    ['of 41 digits', `${SHA}0`, 12],
    ['of 63 digits', SHA256.slice(1), 12],
    ['of 65 digits', `${SHA256}0`, 12],
    ['in upper case', SHA.toUpperCase(), 13],
    ['with one upper-case digit', `${SHA.slice(0, 39)}D`, 51],
    ['with full-width digits', `${SHA.slice(0, 38)}８d`, 50],
    ['that is a branch', 'main', 12],
    ['that is HEAD', 'HEAD', 12],
    ['that is a variable', '$SHA', 12],
    ['with something before', `sha1:${SHA}`, 12],
    ['with a parent', `${SHA}^{}`, 52],
    ['with a space inside', `${SHA.slice(0, 20)} ${SHA.slice(20)}`, 32],
    ['of zeros', '0'.repeat(40), 12],
  ])('%s', (_, sha, column) => {
    expect(faultsOf(config({ COMMIT_SHA: sha }))).toEqual([`bad-value 2:${column}`]);
  });

  test('a NUL byte inside, which a shell drops', () => {
    expect(faultsOf(config({ COMMIT_SHA: `${SHA.slice(0, 20)}\0${SHA.slice(20)}` }))).toEqual(['nul 2:32']);
  });
});

describe('what is refused', () => {
  test.each<[string, Record<string, string | undefined>, string[]]>([
    ['no REPO_URL', { REPO_URL: undefined }, ['missing-key -:-']],
    [
      'no key at all',
      { REPO_URL: undefined, COMMIT_SHA: undefined, WORK_DIR: undefined },
      Array(3).fill('missing-key -:-'),
    ],
    ['an unknown key', { FOO: 'bar' }, ['unknown-key 4:1']],
    ['two unknown keys', { FOO: 'bar', PATH: '/bin' }, ['unknown-key 4:1', 'unknown-key 5:1']],
    ['a key that every object has', { __PROTO__: 'x', CONSTRUCTOR: 'x' }, ['bad-key 4:1', 'unknown-key 5:1']],
    ['an empty REPO_URL', { REPO_URL: '' }, ['empty-value 1:10']],
    ['an empty optional value', { REPO_MIRRORS: '', TREE_SHA256: '""' }, ['empty-value 4:14', 'empty-value 5:14']],
    ['an empty RUN_CMD', { RUN_CMD: '' }, ['empty-value 4:9']],
    ['a blank RUN_CMD', { RUN_CMD: '" \t "' }, ['empty-value 4:10']],
    ['INSTALL_CMD without RUN_CMD', { INSTALL_CMD: 'a' }, ['key-conflict 4:13']],
    ['ENTRYPOINT_SCRIPT with RUN_CMD', { ENTRYPOINT_SCRIPT: 'a', RUN_CMD: 'b' }, ['key-conflict 4:19']],
    ['a subfolder with ..', { REPO_SUBDIR: 'a/../b' }, ['bad-path 4:15']],
    ['a script that is an option', { ENTRYPOINT_SCRIPT: '-c' }, ['bad-path 4:19']],
    ['a relative file', { CHILD_ENV_FILE: 'env' }, ['bad-path 4:16']],
    ['an upper-case tree', { TREE_SHA256: SHA256.toUpperCase() }, ['bad-value 4:13']],
    ['a SHA-1 tree', { TREE_SHA256: SHA }, ['bad-value 4:13']],
    ['another word for SUBMODULES', { SUBMODULES: 'No' }, ['bad-value 4:12']],
    ['another word for RECEIPT', { RECEIPT: 'true' }, ['bad-value 4:9']],
    ['a wildcard in ALLOW_ENV', { ALLOW_ENV: 'PATH LD_*' }, ['bad-value 4:16']],
    ['a comma in ALLOW_ENV', { ALLOW_ENV: 'A,B' }, ['bad-value 4:11']],
    ['a name twice in ALLOW_ENV', { ALLOW_ENV: 'A B A' }, ['bad-value 4:15']],
    ['a blank list', { ALLOW_ENV: '"  "' }, ['empty-value 4:12']],
    [
      'REPO_URL among the mirrors',
      { REPO_MIRRORS: `https://h.org/elsewhere https://example.org/a/b.git` },
      ['bad-value 4:14'],
    ],
    ['a bad mirror', { REPO_MIRRORS: 'https://h.org/a http://h.org/a' }, ['bad-url 4:30']],
    [
      'a mirror with credentials',
      { REPO_MIRRORS: 'https://h.org/a  https://u:p@h.org/b' },
      ['credentials-in-url 4:39'],
    ],
    ['a mirror twice', { REPO_MIRRORS: '/a /a' }, ['bad-value 4:17']],
    ['REPO_URL as its mirror', { REPO_MIRRORS: 'https://example.org/a/b.git' }, ['bad-value 4:14']],
    ['credentials in REPO_URL', { REPO_URL: 'https://u:p@example.org/a' }, ['credentials-in-url 1:18']],
    ['a comment after a value', { WORK_DIR: '/srv/app # here' }, ['bad-value 3:18']],
    ['a comment after a word', { SUBMODULES: 'no # or yes' }, ['bad-value 4:12', 'bad-value 4:14']],
    ['unused credentials', { REPO_URL: '/srv/r', REPO_CREDENTIAL_FILE: '/t' }, ['unused-key 4:22']],
    ['an unused proxy', { REPO_URL: 'git@h.org:a', REPO_PROXY: 'http://p:1' }, ['unused-key 4:12']],
    ['an unused CA', { REPO_URL: 'http://localhost/a', REPO_CA_FILE: '/c' }, ['unused-key 4:14']],
    [
      'unused ssh files, in the order of the text',
      { SSH_KNOWN_HOSTS_FILE: '/h', SSH_KEY_FILE: '/k' },
      ['unused-key 4:22', 'unused-key 5:14'],
    ],
    ['unused ssh files', { SSH_KEY_FILE: '/k', SSH_KNOWN_HOSTS_FILE: '/h' }, ['unused-key 4:14', 'unused-key 5:22']],
    ['a proxy with credentials', { REPO_PROXY: 'http://u:p@p:1' }, ['credentials-in-url 4:12']],
    [
      'several at once',
      { COMMIT_SHA: 'x', WORK_DIR: '/', FOO: '1' },
      ['bad-value 2:12', 'bad-path 3:10', 'unknown-key 4:1'],
    ],
  ])('%s', (_, changes, expected) => expect(faultsOf(config(changes))).toEqual(expected));

  test.each<[string, string, string[]]>([
    ['a key given twice, the same value too', `${config()}WORK_DIR=/srv/app\n`, ['duplicate-key 4:1']],
    ['a no-break space before =', config().replace('WORK_DIR=', 'WORK_DIR\u00a0='), ['white-space 3:9']],
    ['a no-break space after =', config().replace('WORK_DIR=', 'WORK_DIR=\u00a0'), ['white-space 3:10']],
    ['a quoted no-break space', config({ WORK_DIR: '"\u00a0/srv/app"' }), ['bad-path 3:11']],
    ['a byte order mark', `\ufeff${config()}`, ['byte-order-mark 1:1']],
    [
      'CRLF',
      config().replaceAll('\n', '\r\n'),
      ['carriage-return 1:37', 'carriage-return 2:52', 'carriage-return 3:18'],
    ],
    ['a bad line does not make its key missing', 'REPO_URL=/a\0\nCOMMIT_SHA=x\n', ['nul 1:12', 'bad-value 2:12']],
    [
      'a bad line hides what lies between keys',
      `${config({ INSTALL_CMD: 'a', SSH_KEY_FILE: '/k' })}A\n`,
      ['no-assignment 6:1'],
    ],
    [
      'more than 20 of several kinds, the first 20 of them',
      `${'A=1\n'.replace('A', 'K1')}${Array.from({ length: 15 }, (_, index) => `B${index}\nC${index}=1\n`).join('')}${config()}`,
      Array.from({ length: 20 }, (_, index) => `${index % 2 === 0 ? 'unknown-key' : 'no-assignment'} ${index + 1}:1`),
    ],
    ['an empty file', '', Array(3).fill('missing-key -:-')],
  ])('%s', (_, text, expected) => expect(faultsOf(text)).toEqual(expected));

  test('hundreds of unknown keys, without naming them all', () => {
    const text = config() + Array.from({ length: 2000 }, (_, index) => `KEY_${index}=1\n`).join('');
    expect(faultsOf(text)).toHaveLength(20);
  });
});

test('parsing depends on the bytes alone', () => {
  const bytes = bytesOf(config());
  expect(parse(bytes)).toEqual(parse(bytes));
  expect(DEFAULTS).toEqual({ entrypointScript: 'tee-launch.sh', submodules: 'no' });
});
