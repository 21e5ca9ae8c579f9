import { describe, expect, test } from 'vitest';
import { fetchedAtStart } from '../../../src/audit/source/contents/commands.ts';
import { isManifest, unlockedPackages } from '../../../src/audit/source/contents/manifests.ts';

// The rules one alternative after the other, each with what stands nearest to it and is none.

const says = (line: string): string[] =>
  fetchedAtStart(line, 'a').map(({ id, text }) => `${id} ${text.slice(4, text.indexOf(':', 4))}`);

describe.each<[string, string, string[], string[]]>([
  [
    'source.unlocked-packages',
    'installs Python packages that nothing pins by hash',
    [
      'pip  install a',
      'pip3.11\tinstall a',
      'pip -q --x  install a',
      'uv pip  --quiet install a',
      'x;pip install a',
      'pipx  install a',
      'pipx  run a',
      'uv  pip  install a',
      'uv  tool  install a',
      'uv  add a',
      'uvx  a',
      'pip install --no-deps ./a',
      'pip install --no-deps -e a',
    ],
    [
      'xpip install a',
      'pip installed',
      'pip freeze',
      'pip x install',
      'pipx list',
      'pipx installed',
      'uv pip list',
      'uv sync',
      'uv tool run',
      'uvx',
      'xuvx a',
      'pip install --no-deps .',
      'pip install --no-deps  -e  .',
      'pip install --no-deps . x',
    ],
  ],
  [
    'source.unlocked-packages',
    'installs packages without holding them to a lock file',
    [
      ...['i', 'install', 'add a', 'exec a', 'update'].map((what) => `npm  ${what}`),
      'npx\ta',
      ...['i', 'install', 'add a', 'dlx a', 'x a', 'update'].flatMap((what) => [`pnpm  ${what}`, `bun  ${what}`]),
      ...['add a', 'global a', 'dlx a', 'upgrade', 'install'].map((what) => `yarn  ${what}`),
      'bunx\ta',
    ],
    [
      'npm isolate',
      'npm run install',
      'xnpm install',
      'npx',
      'xnpx a',
      'pnpm installs',
      'xpnpm i',
      'bun run a',
      'yarn adds',
      'yarn installs',
      'yarn why',
      'xyarn install',
      'bunx',
      'xbunx a',
      'yarn install --immutable',
      'pnpm install --offline',
    ],
  ],
  [
    'source.unlocked-packages',
    'installs packages of the system at the version of the day',
    [
      ...['apt', 'apt-get', 'dnf', 'yum', 'microdnf', 'brew'].map((tool) => `${tool}  install`),
      'apk  add a',
      'apt -y  -q  install a',
      'apt-get --yes --quiet install a',
      'pacman  -S a',
      'pacman -Syu',
    ],
    ['apt installed', 'apt list', 'xapt install', 'apt x install', 'apk adds', 'pacman -Q', 'apt-cache install'],
  ],
  [
    'source.unlocked-packages',
    'builds packages without holding them to a lock file',
    [
      'cargo  install a',
      'cargo  +nightly  install a',
      'go  install  a@b',
      'go  run  a@b',
      'gem  install a',
      'composer  require a',
      'composer  update',
      'bundle  update',
    ],
    [
      'cargo installs',
      'xcargo install a',
      'go install a',
      'go run .',
      'xgo install a@b',
      'gem installs',
      'gem list',
      'composer install',
      'composer updates',
      'bundle install',
      'bundle updates',
      'cargo install --frozen a',
    ],
  ],
  [
    'source.remote-image',
    'runs or pulls an image that is not named by digest on this line',
    [
      'docker  pull a',
      'docker  run a',
      'docker  create a',
      'podman run a',
      'nerdctl run a',
      'docker -D  --tls  run a',
      `docker pull a@sha256:${'a'.repeat(63)}`,
      `docker pull a@sha256:${'g'.repeat(64)}`,
    ],
    ['docker build .', 'docker runs', 'xdocker run', 'docker ps run', `docker run a@sha256:${'0'.repeat(64)}`],
  ],
  [
    'source.download',
    'fetches with git what the pin does not cover',
    [
      'git  clone a',
      'git  pull',
      'git  fetch',
      'git  submodule  update',
      'git  lfs  pull',
      'git -C a  fetch',
      'git -c a=b  -C c  clone d',
      'git --no-pager fetch',
      'git --no-pager  fetch',
    ],
    ['git cloned', 'git commit', 'xgit clone', 'git submodule status', 'git lfs ls-files', 'git x fetch'],
  ],
  [
    'source.download',
    'downloads something that the pin does not cover',
    ['curl a', '\tcurl\ta', ';curl a', '&curl a', '|curl a', '(curl a)', '`curl a`', 'wget a', 'x && wget a'],
    ['curl', 'xcurl a', '/curl-a', 'wgets a', 'a=curl a'],
  ],
])('%s: %s', (id, what, lines, quiet) => {
  test.each(lines)('%s', (line) => {
    expect(says(line)).toEqual([`${id} ${what}`]);
  });

  test.each(quiet)('not %s', (line) => {
    expect(says(line)).toEqual([]);
  });
});

test.each([
  'curl a|sh',
  'wget a | dash',
  'fetch a | ksh',
  'curl a | zsh -s',
  'curl a | ash;b',
  'curl a | sudo  -E  -n  sh',
  'curl a | env  A=1  B=2  sh',
  'curl a | /usr/bin/bash',
  'curl a | sudo python3.11',
  'curl a | /usr/bin/perl',
  'curl a | ruby)',
  'zsh <(curl a)',
  'x;bash -c "$(wget a)"',
  "python3 -c '$( curl a)'",
  'a/sh `curl b`',
])('remote code: %s', (line) => {
  expect(says(line)).toEqual(['source.remote-code runs what it downloads']);
});

test.each([
  ['curl a; b | sh', ['source.download downloads something that the pin does not cover']],
  ['curl a & b | sh', ['source.download downloads something that the pin does not cover']],
  ['curl a | shx', ['source.download downloads something that the pin does not cover']],
  ['xbash <(curl a)', ['source.download downloads something that the pin does not cover']],
  ['bash <(xcurl a)', []],
])('no remote code: %s', (line, expected) => {
  expect(says(line)).toEqual(expected);
});

test('lines, their numbers, and where they are cut', () => {
  const found = (text: string) =>
    fetchedAtStart(text, 'a').map(({ line, text: told }) => [line, told.split(': ').at(-1)]);
  expect(found('npm \\\n  install \\\n  a\n\nnpx b')).toEqual([
    [1, 'npm    install    a'],
    [5, 'npx b'],
  ]);
  expect(found('npm install #\n # npm install\n\t#npm install')).toEqual([[1, 'npm install #']]);
  expect(found('\\\nnpm install')).toEqual([[1, 'npm install']]);
  expect(found('x\\')).toEqual([]);
});

// As bash has it: `# a \\` ends with its line.
test('a comment does not go on in the next line', () => {
  const found = (text: string) => fetchedAtStart(text, 'a').map(({ line, id }) => [line, id]);
  const curl = 'curl https://x | sh';
  expect(found(`# a \\\n${curl}`)).toEqual([[2, 'source.remote-code']]);
  expect(found(`  # a \\\n# b \\\n${curl}`)).toEqual([[3, 'source.remote-code']]);
  expect(found(`\\\n# a \\\n${curl}`)).toEqual([[3, 'source.remote-code']]);
  expect(found(`x \\\n # a \\\n${curl}`)).toEqual([[1, 'source.remote-code']]);
  expect(found(`# ${curl} \\`)).toEqual([]);
});

test('a line that goes on for too long is cut, and what follows is looked at', () => {
  const more = `${'x'.repeat(1023)}\\`;
  const found = (...lines: string[]) => fetchedAtStart(lines.join('\n'), 'a').map(({ line, id }) => [line, id]);
  expect(found(more, more, 'npx a')).toEqual([[1, 'source.entry-unread']]);
  expect(found(more, more, more, 'npx a')).toEqual([
    [1, 'source.entry-unread'],
    [4, 'source.unlocked-packages'],
  ]);
});

describe('manifests', () => {
  const isTold = (name: string, text: string): boolean =>
    unlockedPackages(new Set([name]), new Map([[name, text]])).length === 1;

  test.each([
    ['Cargo.toml', '  [dependencies]'],
    ['Cargo.toml', '[dev-dependencies]'],
    ['Cargo.toml', '[package]\n\t[target.x.y.dependencies]'],
    ['go.mod', '  require (\n'],
    ['pyproject.toml', '  dependencies  =  [  "a" ]'],
    ['pyproject.toml', 'dependencies=["a"]'],
    ['pyproject.toml', '[x]\n  [tool.poetry.group.dev.dependencies]'],
    ['Gemfile', "source 'x'\n  gem 'a'"],
    ['flake.nix', '{inputs={};}'],
    ['package.json', '[]x'],
    ['package.json', '7x'],
    ['package.json', '7'],
    ['package.json', '{"dependencies":{},"devDependencies":{"a":"1"}}'],
    ['requirements.txt', 'a'],
    ['requirements.txt', '--hash\na'],
    ['requirements.txt', '--editable a'],
    ['requirements.txt', 'a --hash=x\n# b\nb#c'],
    ['requirements.txt', 'a # --hash=x'],
    ['requirements.txt', 'a \\\n --x'],
    ['requirements.txt', 'a --x'],
    ['requirements.txt', 'a --hash'],
    ['requirements.txt', 'a --hashes=x'],
    ['requirements.txt', 'a @ https://x/b#--hash=x'],
  ])('%s with %j', (name, text) => {
    expect(isTold(name, text)).toBe(true);
  });

  test.each([
    ['Cargo.toml', 'x [dependencies]'],
    ['Cargo.toml', '[my dependencies]'],
    ['Cargo.toml', '[xdependencies]'],
    ['go.mod', '// require a'],
    ['go.mod', 'requires a'],
    ['pyproject.toml', 'optional-dependencies = ["a"]'],
    ['pyproject.toml', 'dependencies = [ \n ]'],
    ['pyproject.toml', 'x [tool.poetry.dependencies]'],
    ['pyproject.toml', '[tool.poetry.a b.dependencies]'],
    ['Gemfile', "# gem 'a'"],
    ['Gemfile', 'gems'],
    ['flake.nix', 'xinputs inputsx'],
    ['package.json', '[]'],
    ['package.json', '{"dependencies":null}'],
    ['package.json', '{"peerDependencies":{"a":"1"}}'],
    ['requirements.txt', '# a\n  # b\n\n'],
    ['requirements.txt', '-c a\n-i b\n--index-url c\n -r d'],
    ['requirements.txt', 'a --hash=x # y'],
    ['requirements.txt', 'a \\\n --hash=x'],
    ['requirements.txt', 'a \\\n\\\n --ha\\\nsh=x'],
    ['requirements.txt', 'a --hash x'],
  ])('not %s with %j', (name, text) => {
    expect(isTold(name, text)).toBe(false);
  });

  // What pip 23.2.1 makes of each: the line where a package without a hash is, if there is one.
  test.each<[string, number | undefined]>([
    ['# a \\\nb', 2],
    ['a --hash=x\n  # c \\\nb', 3],
    ['\\\n# c \\\nb', 3],
    ['a \\', 1],
    ['a --hash=x\n\nb \\\n', 3],
    ['a --hash=x \\', undefined],
    ['b\\\n#--hash=x', 1],
    ['b \\\n  # --hash=x \\\n --hash=x', 1],
    ['a # --hash=x\r\n', 1],
    ['a # x --hash=y', 1],
    ['a @ https://x#y --hash=z', undefined],
    ['# a\r\n\r\n-r b\r\n', undefined],
    ['a \\\r\n  --hash=x\r\nb \\\r\n  -x\r\n', 3],
    ...['\r', '\v', '\f', '\x1c', '\x1e', '\x85', '\u2028', '\u2029'].flatMap((end): [string, number | undefined][] => [
      [`a --hash=x${end}b`, 2],
      [`# a${end}b`, 2],
      [`a --hash=x${end}# b${end}`, undefined],
    ]),
    ['# a\x1bb', undefined],
    ['# a\x1fb', undefined],
  ])('requirements %j', (text, line) => {
    const found = unlockedPackages(new Set(), new Map([['requirements.txt', text]]));
    expect(found.map((one) => one.line)).toEqual(line === undefined ? [] : [line]);
  });

  test.each(['requirements.txt', 'a/requirements-dev_1.2.txt', 'package.json', 'a/b/go.mod', '/Gemfile'])(
    '%s is one',
    (path) => {
      expect(isManifest(path)).toBe(true);
    },
  );

  test.each([
    'requirements.in',
    'requirementsXtxt',
    'requirements.txt.bak',
    'requirements/a.txt',
    'requirements a.txt',
    'my-requirements.txt',
    'toString',
    'package.json/a',
    '',
  ])('%j is none', (path) => {
    expect(isManifest(path)).toBe(false);
  });

  test('a lock in the folder at the root of the file system is looked for once', () => {
    expect(unlockedPackages(new Set(['/Gemfile.lock']), new Map([['/Gemfile', "gem 'a'"]]))).toEqual([]);
    expect(unlockedPackages(new Set(['Gemfile.lock']), new Map([['/Gemfile', "gem 'a'"]]))).toEqual([]);
  });
});
