import { describe, expect, test } from 'vitest';
import { fetchedAtStart } from '../../../src/audit/source/contents/commands.ts';
import { capped } from '../../../src/audit/source/contents/finding.ts';
import { isManifest, unlockedPackages } from '../../../src/audit/source/contents/manifests.ts';
import { MAX_FINDINGS_OF_A_KIND } from '../../../src/audit/source/limits.ts';

describe('what a script would fetch', () => {
  const found = (text: string): string[] => fetchedAtStart(text, 'run.sh').map(({ id, line }) => `${id} ${line}`);

  test.each([
    'curl -fsSL https://x/install.sh | sh',
    'curl -fsSL https://x | sudo -E bash -s -- -y',
    'wget -qO- https://x | bash',
    'wget -qO- https://x|/bin/sh',
    'curl https://x | tee log | bash',
    'curl https://x | env A=1 bash',
    'curl https://x | python3 -',
    'curl https://x | node',
    'bash <(curl -s https://x)',
    'source <(wget -qO- https://x)',
    '. <(curl https://x)',
    'sh -c "$(curl -fsSL https://x)"',
    'eval "$(curl https://x)"',
    'eval `curl https://x`',
    'true && curl https://x | sh && true',
  ])('remote code: %s', (line) => {
    expect(found(line)).toEqual(['source.remote-code 1']);
  });

  test.each([
    'pip install requests',
    'pip3 install -r requirements.txt',
    'python3 -m pip --quiet install x',
    'uv pip install x',
    'pipx run x',
    'npm install',
    'npm i -g x',
    'npx serve',
    'yarn install',
    'yarn add x',
    'pnpm install',
    'bun add x',
    'apt-get install -y curl',
    'apt-get -y install jq',
    'apk add --no-cache git',
    'cargo install ripgrep',
    'go install example.com/x@latest',
    'gem install x',
  ])('packages: %s', (line) => {
    expect(found(line)).toEqual(['source.unlocked-packages 1']);
  });

  test.each([
    ['docker pull alpine:3', 'source.remote-image'],
    ['docker run --rm x', 'source.remote-image'],
    ['podman pull x', 'source.remote-image'],
    ['git clone https://x', 'source.download'],
    ['git -C a pull', 'source.download'],
    ['git submodule update --init', 'source.download'],
    ['git lfs pull', 'source.download'],
    ['curl -o x https://x', 'source.download'],
    ['if ! wget https://x; then', 'source.download'],
    ['x=$(curl https://x)', 'source.download'],
  ])('%s: %s', (line, id) => {
    expect(found(line)).toEqual([`${id} 1`]);
  });

  test.each([
    '# curl https://x | sh',
    '   # pip install x',
    'npm ci',
    'npm run build',
    'npm test',
    'pip install --require-hashes -r r.txt',
    'pip install --no-index x',
    'pip install --no-deps -e .',
    'yarn install --frozen-lockfile',
    'pnpm install --frozen-lockfile',
    'cargo build',
    'cargo install --locked x',
    'go build ./...',
    `docker pull x@sha256:${'a'.repeat(64)}`,
    'docker compose up',
    'git status',
    'echo curly | shuffle',
    'mycurl x',
    'bash run.sh',
    'source ./env.sh',
    'echo "installation"',
  ])('quiet: %s', (line) => {
    expect(found(line)).toEqual([]);
  });

  test('lines that go on, and their numbers', () => {
    expect(found('echo\ncurl https://x \\\n  | sh\nnpm install\n')).toEqual([
      'source.remote-code 2',
      'source.unlocked-packages 4',
    ]);
    expect(found('echo \\\nnpm install \\')).toEqual(['source.unlocked-packages 1']);
    expect(found('')).toEqual([]);
  });

  test('what is said', () => {
    expect(fetchedAtStart(`  npm install ${'x'.repeat(300)}`, 'a/run.sh')).toEqual([
      {
        id: 'source.unlocked-packages',
        text: `a/run.sh:1 installs packages without holding them to a lock file: npm install ${'x'.repeat(148)}`,
        path: 'a/run.sh',
        line: 1,
      },
    ]);
  });

  test('a line that is too long to be looked at as a whole is told', () => {
    const long = `${'x'.repeat(2040)} npm install y`;
    expect(fetchedAtStart(`${'x'.repeat(2048)}\n${'x'.repeat(2049)}\n`, 'a')).toEqual([
      {
        id: 'source.entry-unread',
        text: 'a:2 has 2049 characters, and was looked at only in part',
        path: 'a',
        line: 2,
      },
    ]);
    expect(found(long)).toEqual(['source.entry-unread 1']);
    expect(found(`npm install ${long}`)).toEqual(['source.entry-unread 1', 'source.unlocked-packages 1']);
    expect(found(`#${long}`)).toEqual([]);
  });
});

describe('manifests', () => {
  const check = (files: Record<string, string | undefined>): string[] => {
    const texts = new Map(Object.entries(files).filter(([path]) => isManifest(path)));
    return unlockedPackages(new Set(Object.keys(files)), texts).map(({ path, line }) => `${path}:${line}`);
  };
  const NPM = '{"dependencies":{"a":"1"}}';

  test.each([
    ['package.json', NPM],
    ['package.json', '{"devDependencies":{"a":"1"}}'],
    ['package.json', '{"optionalDependencies":{"a":"1"}}'],
    ['package.json', 'broken'],
    ['package.json', 'null'],
    ['package.json', undefined],
    // Too large to look into.
    ['Cargo.toml', undefined],
    ['requirements.txt', undefined],
    ['Cargo.toml', '[dependencies]\na = "1"\n'],
    ['Cargo.toml', '[target.x.build-dependencies]\n'],
    ['Cargo.toml', '[workspace.dependencies]\n'],
    ['go.mod', 'module x\n\nrequire a v1\n'],
    ['pyproject.toml', '[project]\ndependencies = [\n  "a"\n]\n'],
    ['pyproject.toml', '[tool.poetry.dependencies]\n'],
    ['Pipfile', ''],
    ['Gemfile', "gem 'a'\n"],
    ['composer.json', '{}'],
    ['flake.nix', '{ inputs.a.url = "b"; }'],
    ['requirements.txt', 'a==1\n'],
    ['requirements-dev.txt', 'a\n'],
    ['requirements.txt', '-e git+https://x\n'],
  ])('%s %j', (name, text) => {
    expect(check({ [name]: text })).toEqual([`${name}:1`]);
    expect(check({ [`a/b/${name}`]: text })).toEqual([`a/b/${name}:1`]);
  });

  test.each([
    ['package.json', '{}'],
    ['package.json', '{"dependencies":{}}'],
    ['Cargo.toml', '[package]\n'],
    ['go.mod', 'module x\n'],
    ['pyproject.toml', '[tool.black]\n'],
    ['pyproject.toml', '[project]\ndependencies = []\n'],
    ['Gemfile', 'source "x"\n'],
    ['flake.nix', '{ }'],
    ['requirements.txt', '# a\n\n-r other.txt\n--index-url x\n'],
    ['requirements.txt', 'a==1 \\\n  --hash=sha256:x \\\n  --hash=sha256:y\nb==1 --hash=sha256:z # note\n'],
    ['xrequirements.txt', 'a'],
    ['package.jsonx', NPM],
    ['Cargo.toml.orig', '[dependencies]'],
  ])('quiet: %s %j', (name, text) => {
    expect(check({ [name]: text })).toEqual([]);
  });

  test.each([
    [
      'package.json',
      NPM,
      ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb'],
    ],
    ['Cargo.toml', '[dependencies]\n', ['Cargo.lock']],
    ['go.mod', 'require a v1\n', ['go.sum']],
    ['pyproject.toml', '[tool.poetry.dependencies]\n', ['poetry.lock', 'uv.lock', 'pdm.lock', 'pylock.toml']],
    ['Pipfile', '', ['Pipfile.lock']],
    ['Gemfile', "gem 'a'\n", ['Gemfile.lock']],
    ['composer.json', '', ['composer.lock']],
    ['flake.nix', 'inputs', ['flake.lock']],
  ])('the locks of %s', (name, text, locks) => {
    for (const lock of locks) {
      expect(check({ [name]: text, [lock]: '' })).toEqual([]);
      expect(check({ [`a/b/${name}`]: text, [`a/${lock}`]: '' })).toEqual([]);
      expect(check({ [`a/b/${name}`]: text, [lock]: '' })).toEqual([]);
      expect(check({ [`a/${name}`]: text, [`a/c/${lock}`]: '' })).toEqual([`a/${name}:1`]);
      expect(check({ [`a/${name}`]: text, [`b/${lock}`]: '' })).toEqual([`a/${name}:1`]);
    }
  });

  test('the line, and what is said', () => {
    expect(check({ 'requirements.txt': '# x\n\na==1 --hash=x\nb==1 \\\n  ; python > 3\nc\n' })).toEqual([
      'requirements.txt:4',
    ]);
    expect(unlockedPackages(new Set(['Pipfile']), new Map([['Pipfile', '']]))).toEqual([
      {
        id: 'source.unlocked-packages',
        text: 'Pipfile:1 names packages, and no lock file of the commit (Pipfile.lock) holds them',
        path: 'Pipfile',
        line: 1,
      },
    ]);
    expect(unlockedPackages(new Set(), new Map([['requirements.txt', 'a']]))[0]?.text).toBe(
      'requirements.txt:1 names a package without --hash',
    );
  });

  test('all locks are named', () => {
    expect(unlockedPackages(new Set(), new Map([['pyproject.toml', undefined]]))[0]?.text).toBe(
      'pyproject.toml:1 names packages, and no lock file of the commit (poetry.lock, uv.lock, pdm.lock, pylock.toml) holds them',
    );
  });

  test('a lock is a name of its own in a folder', () => {
    expect(check({ Pipfile: '', 'PipfilePipfile.lock': '' })).toEqual(['Pipfile:1']);
    expect(check({ 'ab/Pipfile': '', 'aPipfile.lock': '' })).toEqual(['ab/Pipfile:1']);
    expect(check({ 'ab/Pipfile': '', 'abPipfile.lock': '' })).toEqual(['ab/Pipfile:1']);
  });

  test('names are escaped', () => {
    expect(check({ 'a\x1b/Pipfile': '' })).toEqual(['a\\x1b/Pipfile:1']);
  });
});

test('findings of a kind are capped, and counted', () => {
  const make = (id: string, count: number) => Array.from({ length: count }, (_, at) => ({ id, text: `${at}` }));
  const at = MAX_FINDINGS_OF_A_KIND;
  expect(capped(make('a', at))).toHaveLength(at);
  expect(capped([...make('a', at + 2), ...make('b', 1)]).slice(at)).toEqual([
    { id: 'b', text: '0' },
    { id: 'a', text: 'and 2 more of this kind' },
  ]);
});
