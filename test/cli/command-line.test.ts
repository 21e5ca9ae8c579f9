import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { USAGE_HINT } from '../../src/cli/errors.ts';

const COMMIT = 'c0'.repeat(20);
const REPO = 'https://git.example/owner/project';

const NOTHING = {
  target: 'info.json',
  policies: [],
  repository: undefined,
  commit: undefined,
  treeSha256: undefined,
  appId: undefined,
  compose: undefined,
  mockRoot: undefined,
  collateral: undefined,
  bundles: [],
  trustedRoots: [],
  registry: undefined,
  base: undefined,
  rootSha256s: [],
  source: undefined,
  since: undefined,
  at: undefined,
  only: undefined,
  offline: false,
  json: false,
  timings: false,
  verbose: false,
  quiet: false,
};

const IMAGE = `r.example/launcher@sha256:${'51'.repeat(32)}`;

const read = (args: readonly string[]) => readCommandLine(args, '1.2.3');

describe('what can be asked for', () => {
  test.each([
    [['info.json'], {}],
    [['-'], { target: '-' }],
    [['--', '-odd'], { target: '-odd' }],
    [['info.json', '--policy', 'a', '--policy', 'b'], { policies: ['a', 'b'] }],
    [['info.json', '--repo', REPO, '--commit', COMMIT], { repository: REPO, commit: COMMIT }],
    [
      ['info.json', `--repo=${REPO}`, `--commit=${COMMIT}`, '--tree-sha256', 'ab'.repeat(32)],
      { repository: REPO, commit: COMMIT, treeSha256: 'ab'.repeat(32) },
    ],
    [['info.json', '--repo', REPO, '--commit', 'c0'.repeat(32)], { repository: REPO, commit: 'c0'.repeat(32) }],
    [['info.json', '--app-id', '0a'.repeat(20)], { appId: '0a'.repeat(20) }],
    [['info.json', '--save', 's.json', '--attest-result', 'r.json'], { save: 's.json', attestResult: 'r.json' }],
    [
      ['s.json', '--saved-sha256', 'ab'.repeat(32), '--root-sha256', 'cd'.repeat(32), '--root-sha256', 'ef'.repeat(32)],
      { target: 's.json', savedSha256: 'ab'.repeat(32), rootSha256s: ['cd'.repeat(32), 'ef'.repeat(32)] },
    ],
    [['info.json', '--compose', 'c.yml', '--collateral', 'c.json'], { compose: 'c.yml', collateral: 'c.json' }],
    [['info.json', '--collateral', 'https://pccs.example'], { collateral: 'https://pccs.example' }],
    [['info.json', '--offline', '--collateral', 'c.json'], { collateral: 'c.json', offline: true }],
    [['info.json', '--bundle', 'a', '--bundle', 'b'], { bundles: ['a', 'b'] }],
    [['info.json', '--trusted-root', 'a', '--trusted-root', 'b'], { trustedRoots: ['a', 'b'] }],
    ...['registry.example', 'registry.example:5000', '127.0.0.1:5000', '[::1]:5000', 'localhost'].map(
      (registry): [string[], object] => [['info.json', '--registry', registry], { registry }],
    ),
    [['info.json', '--base', IMAGE], { base: IMAGE }],
    [['info.json', '--only', 'source', '--registry', 'r.example'], { only: 'source', registry: 'r.example' }],
    ...[REPO, 'ssh://git@git.example/project', 'git@git.example:project', 'file:///srv/git', '/srv/git'].map(
      (source): [string[], object] => [['info.json', '--source', source], { source }],
    ),
    // A folder is one of where twl was called, and stays that.
    [['info.json', '--source', 'a/b'], { source: `${process.cwd()}/a/b` }],
    [['info.json', '--source', '.'], { source: process.cwd() }],
    [['info.json', '--rebuild', 'a/b'], { rebuild: `${process.cwd()}/a/b` }],
    [['info.json', '--rebuild', '/a', '--rebuild-stage', 'mpc'], { rebuild: '/a', rebuildStage: 'mpc' }],
    [['info.json', '--rebuild', '/a', '--only', 'provenance'], { rebuild: '/a', only: 'provenance' }],
    [['info.json', '--since', COMMIT], { since: COMMIT }],
    [['info.json', '--since', 'c0'.repeat(32)], { since: 'c0'.repeat(32) }],
    [
      ['info.json', '--offline', '--source', '/srv/git', '--bundle', 'b'],
      { offline: true, source: '/srv/git', bundles: ['b'] },
    ],
    [['info.json', '--at', '2026-08-13'], { at: 1_786_579_200 }],
    [['info.json', '--only', 'attestation'], { only: 'attestation' }],
    [['info.json', '--only', 'runtime'], { only: 'runtime' }],
    [['info.json', '--mock-root', 'r.pem'], { mockRoot: 'r.pem' }],
    [['--json', '--timings', '--verbose', 'info.json'], { json: true, timings: true, verbose: true }],
    [['info.json', '--quiet'], { quiet: true }],
    [['info.json', '--quiet', '--json', '--timings'], { quiet: true, json: true, timings: true }],
    [['https://app.example/', '--json'], { target: 'https://app.example/', json: true }],
  ])('verify %j', (args, options) => {
    expect(read(['verify', ...args])).toEqual({ action: 'verify', options: { ...NOTHING, ...options } });
  });

  test.each([
    [['explain'], { action: 'explain', check: undefined }],
    [['explain', 'quote.tcb'], { action: 'explain', check: 'quote.tcb' }],
    [['policy', 'init', 'info.json'], { action: 'policy-init', target: 'info.json' }],
    [['policy', 'check', 'a', 'b'], { action: 'policy-check', files: ['a', 'b'] }],
    [['--version'], { action: 'print', text: 'twl 1.2.3\n' }],
    [['-V'], { action: 'print', text: 'twl 1.2.3\n' }],
  ])('%j', (args, request) => {
    expect(read(args)).toEqual(request);
  });
});

describe('help', () => {
  const help = (...args: string[]): string => {
    const request = read(args);
    return request.action === 'print' ? request.text : '';
  };

  test('of the program', () => {
    expect(help('--help')).toBe(`Usage: twl [options] [command]

Check from outside which commit a deployment in a TEE runs.

Options:
  -V, --version              print the version
  -h, --help                 display help for command

Commands:
  verify [options] <target>  check a deployment
  lint [options] <file>      look at a file before it is deployed
  pin [options] <url> <ref>  pin the commit of a branch or tag
  trust                      bring newer trusted roots
  explain [check]            what the checks prove
  policy                     write or check a policy
  help [command]             display help for command
`);
    expect(help('-h')).toBe(help('--help'));
    expect(help('help')).toBe(help('--help'));
  });

  test('of verify names each option and each exit status, in 80 columns', () => {
    const text = help('verify', '--help');
    const names = [...text.matchAll(/^ {2}(--[a-z0-9-]+)/gm)].map(([, name]) => name);
    expect(names.join(' ')).toBe(
      '--policy --profile --allowed --repo --commit --tree-sha256 --app-id --compose --collateral --bundle --trusted-root ' +
        '--registry --base --rebuild --rebuild-stage --source --receipt --attest --nonce --logs --save --root-sha256 --saved-sha256 --attest-result --since --at --offline --only --html --json --timings ' +
        '--verbose --quiet --mock-root',
    );
    for (const exit of [0, 1, 2, 10, 11, 12, 13, 20, 30, 40, 50]) expect(text).toMatch(new RegExp(`[ \\n]${exit} `));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(help('help', 'verify')).toBe(text);
    expect(text).toContain('VERIFIED takes a repository and a commit');
  });

  test.each([
    [['policy', '--help'], 'Usage: twl policy'],
    [['policy', 'init', '--help'], 'Usage: twl policy init [options] <target>'],
    [['policy', 'check', '--help'], 'Usage: twl policy check [options] <file...>'],
    [['explain', '--help'], 'Usage: twl explain [options] [check]'],
  ])('%j', (args, start) => {
    expect(help(...args).startsWith(start)).toBe(true);
  });
});

const COMMIT_RULE = '--commit must be a full 40-hex SHA-1 or 64-hex SHA-256 hash';
/** Options of verify that take a value: once, or as often as one likes. */
const ONCE = [
  ...['repo', 'commit', 'tree-sha256', 'app-id', 'compose', 'collateral', 'at', 'mock-root'],
  ...['registry', 'base', 'rebuild', 'source', 'since'],
];
const OFTEN = ['policy', 'bundle', 'trusted-root'];
const WITH_REPO = ['--repo', REPO, '--commit'];

describe('what is wrong', () => {
  test.each<[string[], string, string]>([
    [[], 'a command is missing', USAGE_HINT],
    [['policy'], "a command is missing behind 'policy'", USAGE_HINT],
    [['help', 'nope'], "unknown command 'nope'", USAGE_HINT],
    [['verfy'], "unknown command 'verfy'", 'did you mean verify?'],
    [['policy', 'chek', 'x'], "unknown command 'chek'", 'did you mean check?'],
    [['--json', 'verify', 'x'], "unknown option '--json'", USAGE_HINT],
    [['verify'], "missing required argument 'target'", USAGE_HINT],
    [['verify', 'a', 'b'], "too many arguments for 'verify'. Expected 1 argument but got 2: a, b", USAGE_HINT],
    [['verify', ''], 'TARGET must not be empty', 'name a file, - or a URL'],
    [['verify', 'x', '--polcy', 'y'], "unknown option '--polcy'", 'did you mean --policy?'],
    [['verify', 'x', '--pol', 'y'], "unknown option '--pol'", expect.any(String)],
    [['verify', 'x', '--json=1'], "unknown option '--json=1'", 'did you mean --json?'],
    [['verify', 'x', '-j'], "unknown option '-j'", USAGE_HINT],
    [['verify', 'x', '--no-json'], "unknown option '--no-json'", expect.any(String)],
    [['verify', 'x', '--\u001b[1m\n'], "unknown option '--\\x1b[1m", expect.any(String)],
    [['explain', 'a', 'b'], "too many arguments for 'explain'. Expected 1 argument but got 2: a, b", USAGE_HINT],
    [['policy', 'init'], "missing required argument 'target'", USAGE_HINT],
    [['policy', 'init', 'a', 'b'], "too many arguments for 'init'. Expected 1 argument but got 2: a, b", USAGE_HINT],
    [['policy', 'check'], "missing required argument 'file'", USAGE_HINT],
    ...['json', 'offline', 'quiet', 'timings', 'verbose'].map((name): [string[], string, string] => [
      ['verify', 'x', `--${name}`, `--${name}`],
      `--${name} is given twice`,
      'leave one out',
    ]),
    ...ONCE.map((name): [string[], string, string] => [
      ['verify', 'x', `--${name}`, 'a', `--${name}`, 'a'],
      `--${name} is given twice`,
      'leave one out',
    ]),
    ...[...ONCE, ...OFTEN].flatMap((name): [string[], string, string][] => [
      [['verify', 'x', `--${name}=`], `--${name} must not be empty`, 'leave it out, or write a value'],
      [
        ['verify', 'x', `--${name}`, '--json'],
        `--${name} lacks its value`,
        "'--json' is none; of a file of that name write ./ in front",
      ],
      [['verify', 'x', `--${name}`, '-'], `--${name} lacks its value`, expect.stringContaining("'-' is none")],
      [['verify', 'x', `--${name}`], expect.stringMatching(`^option '--${name} <.*' argument missing$`), USAGE_HINT],
    ]),
    ...[
      'https://registry.example',
      'registry.example/name',
      'user@registry.example',
      'a b',
      'a:b',
      '::1',
      'a:123456',
    ].map((host): [string[], string, string] => [
      ['verify', 'x', '--registry', host],
      '--registry must be a host, with a port where it needs one',
      'write it as the image is named',
    ]),
    [['verify', 'x', '--base', 'a b'], "--base 'a b' is no image reference", 'write NAME@sha256:DIGEST'],
    [
      ['verify', 'x', '--base', 'r.example/a:1'],
      "--base 'r.example/a:1' has no digest",
      'write NAME@sha256:DIGEST; a tag can be moved to another image',
    ],
    [
      ['verify', 'x', '--source', 'https://user:secret@git.example/a'],
      '--source must not contain credentials',
      expect.any(String),
    ],
    ...['ftp://git.example/a', 'http://git.example/a', 'ssh://-oProxyCommand=x/a', 'ext::sh -c x'].map(
      (url): [string[], string, string] => [['verify', 'x', '--source', url], '--source ', expect.any(String)],
    ),
    [['verify', 'x', '--since', 'main'], COMMIT_RULE.replace('--commit', '--since'), expect.any(String)],
    [['verify', 'x', '--since', 'C0'.repeat(20)], COMMIT_RULE.replace('--commit', '--since'), 'write it in lower case'],
    [['verify', 'x', '--only', 'source', '--only', 'source'], '--only is given twice', 'leave one out'],
    [['verify', 'x', '--policy', 'a', '--policy='], '--policy must not be empty', 'leave it out, or write a value'],
    [
      ['verify', 'x', '--only', 'all'],
      "option '--only <step>' argument 'all' is invalid. Allowed choices are attestation, provenance, source, runtime",
      USAGE_HINT,
    ],
    [['verify', 'x', '--repo', REPO], '--repo needs --commit', expect.stringContaining('--commit SHA')],
    [['verify', 'x', '--commit', COMMIT], '--commit needs --repo', expect.stringContaining('--repo URL')],
    [
      ['verify', 'x', '--tree-sha256', 'ab'.repeat(32)],
      '--tree-sha256 needs --repo and --commit',
      'name the commit that the tree is of',
    ],
    [
      ['verify', 'x', ...WITH_REPO, 'main'],
      COMMIT_RULE,
      'name a commit by its hash, as git rev-parse HEAD prints it: no branch and no tag',
    ],
    [['verify', 'x', ...WITH_REPO, 'C0'.repeat(20)], COMMIT_RULE, 'write it in lower case'],
    [['verify', 'x', ...WITH_REPO, '0'.repeat(40)], '--commit must not be all zeros', 'write the hash of a commit'],
    [
      ['verify', 'x', ...WITH_REPO, COMMIT, '--tree-sha256', COMMIT],
      '--tree-sha256 must be 64 lower-case hex digits',
      expect.any(String),
    ],
    [
      ['verify', 'x', '--repo', 'https://user:secret@git.example/a', '--commit', COMMIT],
      '--repo must not contain credentials',
      expect.any(String),
    ],
    [
      ['verify', 'x', '--repo', 'git.example', '--commit', COMMIT],
      expect.stringMatching(/^--repo must /),
      expect.any(String),
    ],
    ...['0a'.repeat(19), '0A'.repeat(20), `0x${'0a'.repeat(19)}`, `${'0a'.repeat(20)}\n`, '0a'.repeat(21)].map(
      (id): [string[], string, string] => [
        ['verify', 'x', '--app-id', id],
        '--app-id must be 40 lower-case hex digits',
        'write it without 0x and without app_',
      ],
    ),
    [['verify', 'x', '--at', 'now'], '--at is no time that can be read', expect.stringContaining('2026-08-13')],
    [
      ['verify', 'HTTPS://a.example', '--offline'],
      '--offline reads saved answers only',
      'save the answer to a file and name that',
    ],
    [
      ['verify', 'x', '--offline', '--collateral', 'https://a.example'],
      '--offline does not go together with a URL in --collateral',
      'save the collateral to a file and name that',
    ],
    [
      ['verify', 'x', '--offline', '--rebuild', 'a'],
      '--offline does not go together with --rebuild',
      'a build fetches packages: leave one of the two out',
    ],
    [
      ['verify', 'x', '--rebuild-stage', 'mpc'],
      '--rebuild-stage needs --rebuild',
      "name a clone of the launcher's repository: --rebuild DIR",
    ],
    [
      ['verify', 'x', '--rebuild', 'a', '--rebuild-stage', 'other'],
      "option '--rebuild-stage <stage>' argument 'other' is invalid. Allowed choices are launcher, mpc, mpc-drop-in",
      USAGE_HINT,
    ],
    [
      ['verify', 'x', '--rebuild', 'a', '--only', 'source'],
      '--rebuild has no effect with --only source',
      'leave one of the two out: what is not held against anything must not look as if it were',
    ],
    [['verify', 'x', '--quiet', '--verbose'], '--quiet does not go together with --verbose', 'leave one of them out'],
    [['verify', 'x', '--quiet', '--timings'], '--quiet does not go together with --timings', 'leave one of them out'],
  ])('%j', (args, message, hint) => {
    const thrown = (): unknown => {
      try {
        return read(args);
      } catch (error) {
        return error;
      }
    };
    expect(thrown()).toMatchObject({ code: 'usage', exitCode: 2, message: expect.stringMatching(/^[ -~]+$/), hint });
    expect(thrown()).toMatchObject({
      message: typeof message === 'string' ? expect.stringContaining(message) : message,
    });
  });

  test('a long argument does not hide what is wrong with it', () => {
    expect(() => read(['verify', 'x', `--${'y'.repeat(10_000)}`])).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^unknown option '--y{100,200}$/) }),
    );
    expect(() => read(['verify', 'x', '--repo', `--${'y'.repeat(10_000)}`])).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^'--y{198}' is none/) }),
    );
  });
});
