// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { findVariables, InterpolationFault, interpolate } from '../../src/compose/interpolate.ts';
import { parseImage } from '../../src/compose/image.ts';
import { MAX_NESTED_VARIABLES } from '../../src/compose/limits.ts';
import { readCompose } from '../../src/compose/document.ts';
import { FolderTree } from '../../src/compose/folder-tree.ts';
import { reachOf } from '../../src/compose/host-paths.ts';
import { cleanPath, doOverlap, isWithin } from '../../src/compose/paths.ts';
import { readPlain } from '../../src/compose/scalars.ts';
import { splitWords } from '../../src/compose/words.ts';
import { resultOf, failing, informing, unbound } from '../../src/compose/findings.ts';
import { MAX_FINDINGS } from '../../src/compose/limits.ts';

describe('interpolation with nothing set', () => {
  test.each<[string, string, string[]]>([
    ['', '', []],
    ['a', 'a', []],
    ['$$', '$', []],
    ['$$$$', '$$', []],
    ['a$', 'a$', []],
    ['$ x', '$ x', []],
    ['$1A', '$1A', []],
    ['$-', '$-', []],
    ['$é', '$é', []],
    ['$A', '', ['A']],
    ['${A}', '', ['A']],
    ['x${A}y$B-z', 'xy-z', ['A', 'B']],
    ['$$A$$${B}', '$A$', ['B']],
    ['$$${A}', '$', ['A']],
    ['${A:-b}', 'b', ['A']],
    ['${A-b}', 'b', ['A']],
    ['${A:-}', '', ['A']],
    ['${A-}', '', ['A']],
    ['${A:+b}', '', ['A']],
    ['${A+b}', '', ['A']],
    ['${A:?b}', '', ['A']],
    ['${A?b}', '', ['A']],
    ['${A:-a:-b}', 'a:-b', ['A']],
    ['${A-${B-${C-d}}}', 'd', ['A', 'B', 'C']],
    ['${A:-$B$$}', '$', ['A', 'B']],
    ['${A:-x}}', 'x}', ['A']],
    ['${A:-{x}}', '{x}', ['A']],
    ['${A:-x}${B:-y}', 'xy', ['A', 'B']],
    ['${_a1Z-ok}', 'ok', ['_a1Z']],
    ['$a_1-', '-', ['a_1']],
    ['${\u017f-x}', 'x', ['\u017f']],
    ['$\u212a', '', ['\u212a']],
    ['$A\nB', '\nB', ['A']],
  ])('%j', (text, expected, names) => {
    expect(interpolate(text)).toBe(expected);
    expect(findVariables(text).map(({ name }) => name)).toEqual(names);
  });

  test.each([
    '${',
    '${}',
    '${A',
    '${1}',
    '${A!b}',
    '${ A}',
    '${A }',
    '${A:}',
    '${A.b}',
    '${é}',
    '${A-x}${B-y',
    '${-x}',
    '${A:-${}}',
    '${A::-b}',
  ])('%s is refused', (text) => {
    expect(() => interpolate(text)).toThrow(InterpolationFault);
  });

  test('the positions of variables', () => {
    expect(findVariables('$$ $A ${B:-${C}}')).toEqual([
      { name: 'A', at: 3 },
      { name: 'B', at: 6 },
      { name: 'C', at: 11 },
    ]);
  });

  test('so many inside of each other, and no more', () => {
    const nested = (levels: number): string => `${'${A-'.repeat(levels)}x${'}'.repeat(levels)}`;
    expect(interpolate(nested(MAX_NESTED_VARIABLES))).toBe('x');
    expect(() => interpolate(nested(MAX_NESTED_VARIABLES + 1))).toThrow(
      `more than ${MAX_NESTED_VARIABLES} variables inside of each other`,
    );
  });
});

describe('plain scalars', () => {
  test.each<[string, string, string]>([
    ['', 'null', ''],
    ['~', 'null', ''],
    ['null', 'null', ''],
    ['Null', 'null', ''],
    ['NULL', 'null', ''],
    ['nULL', 'string', 'nULL'],
    ['true', 'boolean', 'true'],
    ['True', 'boolean', 'true'],
    ['TRUE', 'boolean', 'true'],
    ['false', 'boolean', 'false'],
    ['False', 'boolean', 'false'],
    ['FALSE', 'boolean', 'false'],
    ['yes', 'string', 'yes'],
    ['tRUE', 'string', 'tRUE'],
    ['0', 'integer', '0'],
    ['-0', 'integer', '0'],
    ['+5', 'integer', '5'],
    ['010', 'integer', '8'],
    ['0o17', 'integer', '15'],
    ['0O17', 'integer', '15'],
    ['0x1F', 'integer', '31'],
    ['-0x10', 'integer', '-16'],
    ['0b11', 'integer', '3'],
    ['1_000', 'integer', '1000'],
    ['._0', 'string', '._0'],
    ['0_7', 'integer', '7'],
    ['-017', 'integer', '-15'],
    ['0o0o7', 'string', '0o0o7'],
    ['00', 'integer', '0'],
    ['20', 'integer', '20'],
    ['1e-3x', 'string', '1e-3x'],
    ['x.5', 'string', 'x.5'],
    ['.55', 'float', '0.55'],
    ['1e1x', 'string', '1e1x'],
    ['--1.5', 'string', '--1.5'],
    ['9.99', 'float', '9.99'],
    ['18446744073709551615', 'integer', '18446744073709551615'],
    ['18446744073709551616', 'float', '1.8446744073709552e+19'],
    ['-9223372036854775808', 'integer', '-9223372036854775808'],
    ['-9223372036854775809', 'float', '-9.223372036854776e+18'],
    ['08', 'float', '8'],
    ['1.0', 'float', '1'],
    ['1.', 'float', '1'],
    ['.5', 'float', '0.5'],
    ['-.5', 'float', '-0.5'],
    ['1e3', 'float', '1000'],
    ['1e-3', 'float', '0.001'],
    ['1e+3', 'float', '1000'],
    ['0o00', 'integer', '0'],
    ['0O0x1', 'string', '0O0x1'],
    ['1e5', 'float', '100000'],
    ['1e6', 'float', '1e+06'],
    ['123456789.5', 'float', '1.234567895e+08'],
    ['0.0001', 'float', '0.0001'],
    ['0.00001', 'float', '1e-05'],
    ['1e21', 'float', '1e+21'],
    ['1e100', 'float', '1e+100'],
    ['-0.0', 'float', '-0'],
    ['0.0', 'float', '0'],
    ['-1.5', 'float', '-1.5'],
    ['1e400', 'string', '1e400'],
    ['1.2.3', 'string', '1.2.3'],
    ['1:30', 'string', '1:30'],
    ['_1', 'string', '_1'],
    ['a1', 'string', 'a1'],
    ['0x', 'string', '0x'],
    ['1e', 'string', '1e'],
    ['.', 'string', '.'],
    ['+', 'string', '+'],
    ['-', 'string', '-'],
    ['1 ', 'string', '1 '],
    ['2001-01-01', 'string', '2001-01-01'],
    ['x1_0', 'string', 'x1_0'],
    ['1_a', 'string', '1_a'],
  ])('%s', (raw, type, text) => {
    expect(readPlain(raw)).toEqual({ type, text });
  });
});

describe('words of a command', () => {
  test.each<[string, string[] | undefined]>([
    ['', []],
    [' \t\r\n', []],
    ['a', ['a']],
    [' a  b\tc\nd\re ', ['a', 'b', 'c', 'd', 'e']],
    ['"a b" \'c d\'', ['a b', 'c d']],
    ['a\\ b', ['a b']],
    ['""', ['']],
    ["''", ['']],
    ['a"b"\'c\'', ['abc']],
    ['"a\\"b"', ['a"b']],
    ["'a\\b'", ['a\\b']],
    ['\\\\', ['\\']],
    ['"\'"', ["'"]],
    ["'\"'", ['"']],
    ['a#b #c', ['a#b', '#c']],
    ["';&|<>()`$'", undefined],
    ['"a;b"', ['a;b']],
    ['"(a)<b>&|"', ['(a)<b>&|']],
    ['a;b', undefined],
    ['a & b', undefined],
    ['a|b', undefined],
    ['a >b', undefined],
    ['a <b', undefined],
    ['(a', undefined],
    ['a)', undefined],
    ['`a`', undefined],
    ['$(a)', undefined],
    ['$A', undefined],
    ['"$A"', undefined],
    ['"`a`"', undefined],
    ['"a', undefined],
    ["'a", undefined],
    ['a\\', undefined],
    ['\\n', undefined],
    ['"\\t"', undefined],
  ])('%j', (text, expected) => {
    expect(splitWords(text)).toEqual(expected);
  });
});

describe('image references', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  test.each<[string, unknown]>([
    ['redis', { name: 'redis', tag: undefined, digest: undefined }],
    ['redis:7', { name: 'redis', tag: '7', digest: undefined }],
    [`redis@${digest}`, { name: 'redis', tag: undefined, digest }],
    [`a.example:5000/b/c_d:v1.2-x@${digest}`, { name: 'a.example:5000/b/c_d', tag: 'v1.2-x', digest }],
    ['localhost/a', { name: 'localhost/a', tag: undefined, digest: undefined }],
    ['GHCR.io/a/b__c', { name: 'GHCR.io/a/b__c', tag: undefined, digest: undefined }],
    ['[::1]:5000/a', { name: '[::1]:5000/a', tag: undefined, digest: undefined }],
    ['a-b--c', { name: 'a-b--c', tag: undefined, digest: undefined }],
    [`a:${'t'.repeat(128)}`, { name: 'a', tag: 't'.repeat(128), digest: undefined }],
  ])('%s', (text, expected) => {
    expect(parseImage(text)).toEqual(expected);
  });

  test.each([
    '',
    'A',
    'a b',
    ' a',
    'a ',
    'a:',
    'a@',
    'a@sha256:00',
    `a@sha256:${'0'.repeat(63)}`,
    `a@sha256:${'0'.repeat(65)}`,
    `a@sha256:${'A'.repeat(64)}`,
    `a@sha512:${'0'.repeat(64)}`,
    `@${digest}`,
    digest.replace('sha256:', 'a@'),
    'a:-',
    `a:${'t'.repeat(129)}`,
    'a//b',
    '/a',
    'a/',
    `a@${digest}x`,
    `x\na@${digest}`,
    'a'.repeat(513),
  ])('%j is none', (text) => {
    expect(parseImage(text)).toBeUndefined();
  });

  test('the longest one', () => {
    expect(parseImage('a'.repeat(512))?.name).toHaveLength(512);
  });
});

describe('paths', () => {
  test.each<[string, string | undefined]>([
    ['/', '/'],
    ['/a/./b//c/', '/a/b/c'],
    ['/a/../b', '/b'],
    ['/../../a', '/a'],
    ['//a', '/a'],
    ['a', undefined],
    ['', undefined],
    ['./a', undefined],
    ['/a\0b', undefined],
    ['/a/.../b', '/a/.../b'],
  ])('%j', (path, expected) => {
    expect(cleanPath(path)).toBe(expected);
  });

  test('within and overlap', () => {
    expect([
      isWithin('/a/b', '/a'),
      isWithin('/a', '/a'),
      isWithin('/ab', '/a'),
      isWithin('/a', '/a/b'),
      isWithin('/a', '/'),
    ]).toEqual([true, true, false, false, true]);
    expect([doOverlap('/a', '/a/b'), doOverlap('/a/b', '/a'), doOverlap('/a', '/b'), doOverlap('/', '/b')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  test.each<[string, string, boolean]>([
    ['/var/run/job', '/run/job', true],
    ['/run/job/x', '/var/run/job', true],
    ['/var/lock/x', '/run/lock', true],
    ['/run/lock', '/var/lock', true],
    ['/var/run/x', '/var', true],
    ['/run/x', '/var', false],
    ['/var/runs/x', '/run', false],
    ['/var/locks', '/run', false],
    ['/srv/var/run/x', '/srv/run', false],
  ])('%s within %s, by the links of the machine: %s', (path, folder, expected) => {
    expect(isWithin(path, folder)).toBe(expected);
  });

  test('folders above a path', () => {
    const tree = new FolderTree<number>();
    expect(tree.above('/a')).toBeUndefined();
    for (const [index, path] of ['/a/b', '/a', '/var/run/c', '/run/d', '/a', '/e//f'].entries())
      tree.add(path, index + 1);
    expect(
      ['/a/b', '/a/b/c', '/ab', '/', '/run/c/x', '/var/run/d/x', '/run/c', '/var/run/d', '/x/y', '/e', '/e/f/g'].map(
        (path) => tree.above(path),
      ),
    ).toEqual([2, 2, undefined, undefined, 3, 4, undefined, undefined, undefined, undefined, 6]);
    tree.add('/', 9);
    expect([tree.above('/'), tree.above('/x'), tree.above('/a/b')]).toEqual([undefined, 9, 9]);
  });

  test.each<[string, string]>([
    ['/', 'engine'],
    ['/var', 'engine'],
    ['/var/run', 'engine'],
    ['/run', 'engine'],
    ['/var/run/docker.sock', 'engine'],
    ['/run/docker/x', 'engine'],
    ['/var/lib', 'engine'],
    ['/var/lib/containerd', 'engine'],
    ['/run/containerd', 'engine'],
    ['/var/run/containerd', 'engine'],
    ['/var/run/podman', 'engine'],
    ['/run/podman', 'engine'],
    ['/run/user/0', 'engine'],
    ['/var/run/user', 'engine'],
    ['/var/run/docker', 'engine'],
    ['/var/lib/docker/x', 'engine'],
    ['/run/docker.sock', 'engine'],
    ...[
      'runc crun crio/crio.sock libpod containers buildkit/buildkitd.sock nerdctl cdi nri/nri.sock',
      'systemd/private dbus/system_bus_socket udev/rules.d modprobe.d tmpfiles.d/x.conf sysctl.d modules-load.d',
      'binfmt.d sysusers.d credentials initramfs/shutdown nscd/socket netns/x NetworkManager network resolvconf',
      'netconfig wpa_supplicant snapd.socket',
    ]
      .flatMap((names) => names.split(' '))
      .flatMap((name): [string, string][] => [
        [`/run/${name}`, 'engine'],
        [`/var/run/${name}`, 'engine'],
      ]),
    ['/run/app', 'nothing'],
    ['/run/networks', 'nothing'],
    ['/var/run/app/x.sock', 'nothing'],
    ['/var/run/dstack.sock', 'agent'],
    ['/run/dstack.sock', 'agent'],
    ['/var/run/dstack', 'agent'],
    ['/run/dstack/dstack.sock', 'agent'],
    ['/var/run/tappd.sock', 'agent'],
    ['/run/tappd.sock', 'agent'],
    ['/dstack', 'engine'],
    ['/dstack/persistent', 'engine'],
    ['/dstack/persistent/docker/volumes', 'engine'],
    ['/tapp/persistent/x', 'engine'],
    ['/var/volatile', 'engine'],
    ['/var/volatile/overlay/var/lib/docker', 'engine'],
    ['/var/lib/nerdctl/x', 'engine'],
    ['/dstack/persistently', 'nothing'],
    ['/var/volatiles', 'nothing'],
    ['/dstack/tappd.sock', 'agent'],
    ['/dstack/dstack.sock', 'agent'],
    ['/run/log', 'agent'],
    ['/run/log/dstack/x', 'agent'],
    ['/bin', 'system'],
    ['/boot', 'system'],
    ['/dev/tdx_guest', 'system'],
    ['/etc', 'system'],
    ['/lib', 'system'],
    ['/lib64', 'system'],
    ['/proc', 'engine'],
    ['/proc/self/root/run/docker.sock', 'engine'],
    ['/proc/cpuinfo', 'engine'],
    ['/procs', 'nothing'],
    ['/dev/fd/3', 'engine'],
    ['/dev/stdin', 'engine'],
    ['/dev', 'system'],
    ['/var/lock', 'nothing'],
    ['/opt', 'system'],
    ['/opt/cni/bin', 'system'],
    ['/opt/containerd/bin', 'system'],
    ['/opt/app', 'nothing'],
    ['/init', 'system'],
    ['/lib32', 'system'],
    ['/libx32/x', 'system'],
    ['/nix/store', 'system'],
    ...['cloud', 'cni', 'confexts', 'dbus', 'dstack', 'extensions', 'machines', 'portables', 'systemd/timers'].map(
      (name): [string, string] => [`/var/lib/${name}`, 'system'],
    ),
    ['/var/spool', 'system'],
    ['/var/spool/at', 'system'],
    ['/var/spool/cron/root', 'system'],
    ['/var/spool/mail', 'nothing'],
    ['/tmp', 'system'],
    ['/var/tmp', 'system'],
    ['/tmp/app', 'nothing'],
    ['/var/tmp/app', 'nothing'],
    ['/var/log', 'nothing'],
    ['/mnt', 'nothing'],
    ['/sbin', 'system'],
    ['/sys/kernel', 'system'],
    ['/usr/bin', 'system'],
    ['/tapp', 'engine'],
    ['/tapp/app-compose.json', 'system'],
    ['/tapp/user_config', 'system'],
    ['/tapp/docker-compose.yaml', 'system'],
    ['/tapp/runtime_events.log', 'system'],
    ['/dstack/.env', 'system'],
    ['/srv', 'nothing'],
    ['/data', 'nothing'],
    ['/tapp/data', 'nothing'],
    ['/dstack/data/.x', 'nothing'],
    ['/dstacked', 'nothing'],
    ['/libx', 'nothing'],
    ['/var/lib/app', 'nothing'],
    ['/home', 'system'],
    ['/root', 'system'],
    ['/root/.docker/cli-plugins', 'system'],
    ['/home/root/.ssh', 'system'],
    ['/root/data', 'nothing'],
    ['/root/data/.x', 'nothing'],
    ['/rooted', 'nothing'],
    ['/home/user', 'nothing'],
  ])('%s reaches %s', (path, expected) => {
    expect(reachOf(path)).toBe(expected);
  });
});

describe('mounts', () => {
  const mounts = (lines: string) =>
    readCompose(`services: {a: {${lines}}}`).services[0]?.mounts.map(({ kind, source, target, readOnly }) => [
      kind,
      source,
      target,
      readOnly,
    ]);
  const unknown = ['unknown', undefined, undefined, false];

  test.each<[string, unknown]>([
    ['volumes: [/a]', [['volume', undefined, '/a', false]]],
    ['volumes: [name:/a]', [['volume', 'name', '/a', false]]],
    ['volumes: ["/a:/b/"]', [['bind', '/a', '/b', false]]],
    ['volumes: ["./a:/b:ro"]', [['bind', './a', '/b', true]]],
    ['volumes: ["~/a:/b:z,ro"]', [['bind', '~/a', '/b', true]]],
    ['volumes: ["/a:/b:rw"]', [['bind', '/a', '/b', false]]],
    ['volumes: ["/a:/b:ro,z"]', [['bind', '/a', '/b', true]]],
    ['volumes: ["/a:/b:ro,rw"]', [['bind', '/a', '/b', false]]],
    ['volumes: ["/a:/b:rw,ro"]', [['bind', '/a', '/b', true]]],
    ['volumes: ["a.b:/x"]', [['volume', 'a.b', '/x', false]]],
    ['volumes: ["a~/b:/x"]', [['volume', 'a~/b', '/x', false]]],
    ['volumes: ["/a:/b:row"]', [['bind', '/a', '/b', false]]],
    ['volumes: [name:a]', [unknown]],
    ['volumes: [name:rel]', [['volume', 'name', undefined, false]]],
    ['volumes: [rel]', [['volume', undefined, undefined, false]]],
    ['volumes: ["n:/a"]', [unknown]],
    ['volumes: ["é:/a"]', [unknown]],
    ['volumes: ["1:/a"]', [['volume', '1', '/a', false]]],
    ['volumes: ["name:x:/a"]', [unknown]],
    ['volumes: ["a::b"]', [unknown]],
    ['volumes: [":/a"]', [unknown]],
    ['volumes: ["/a:/b:ro:x"]', [unknown]],
    ['volumes: [""]', [unknown]],
    ['volumes: ["$A:/b"]', [unknown]],
    ['volumes: [[a]]', [unknown]],
    ['volumes: [{type: bind, source: /a, target: /b, read_only: "yes"}]', [['bind', '/a', '/b', true]]],
    ['volumes: [{type: volume, target: /b}]', [['volume', undefined, '/b', false]]],
    ['volumes: [{type: tmpfs, target: /b, read_only: false}]', [['tmpfs', undefined, '/b', false]]],
    ['volumes: [{type: npipe, target: /b}]', [unknown]],
    ...['', 'enabled', 'readonly', 'writable', 'disabled', '$R', '[readonly]'].map((word): [string, unknown] => [
      `volumes: [{type: bind, source: /a, target: /b, read_only: true, bind: {recursive: ${word}}}]`,
      [['bind', '/a', '/b', ['', 'enabled', 'readonly'].includes(word)]],
    ]),
    ['volumes: [{type: bind, source: /a, target: /b, bind: {recursive: readonly}}]', [['bind', '/a', '/b', false]]],
    ['volumes: [{target: /b}]', [unknown]],
    ['volumes: [{type: bind, source: /a}]', [unknown]],
    ['volumes: [{type: bind, source: $A, target: /b}]', [unknown]],
    ['volumes: [{type: $A, target: /b}]', [unknown]],
    ['tmpfs: /a', [['tmpfs', undefined, '/a', false]]],
    [
      'tmpfs: ["/a:size=1", /b]',
      [
        ['tmpfs', undefined, '/a', false],
        ['tmpfs', undefined, '/b', false],
      ],
    ],
    ['tmpfs: [$A]', [unknown]],
    ['configs: [c]', [['config', 'c', '/c', true]]],
    ['configs: [{source: c}]', [['config', 'c', '/c', true]]],
    ['configs: [{source: c, target: /d}]', [['config', 'c', '/d', true]]],
    ['configs: [{source: c, target: d}]', [unknown]],
    ['configs: [{target: /d}]', [unknown]],
    ['configs: [{source: c, target: $D}]', [unknown]],
    ['configs: [$C]', [unknown]],
    ['secrets: [s]', [['secret', 's', '/run/secrets/s', true]]],
    ['secrets: [{source: s, target: t}]', [['secret', 's', '/run/secrets/t', true]]],
    ['secrets: [{source: s, target: /t}]', [['secret', 's', '/t', true]]],
  ])('%s', (lines, expected) => {
    expect(mounts(lines)).toEqual(expected);
  });
});

describe('commands', () => {
  test('are lists of texts only, or one text', () => {
    const words = (command: string) => readCompose(`services: {a: {command: ${command}}}`).services[0]?.command?.words;
    expect(words('[a, "1"]')).toEqual(['a', '1']);
    expect(words('a b')).toEqual(['a', 'b']);
    expect(words('1')).toEqual(['1']);
    for (const command of ['[a, 1]', '[a, [b]]', '[a, ~]', '[a, "$X"]', '{a: b}', '"$X"'])
      expect(words(command)).toBeUndefined();
  });
});

describe('results', () => {
  const place = (line: number | undefined) => ({ line, path: 'p' });
  test('the worst finding decides', () => {
    expect(resultOf([])).toEqual({ state: 'passed', findings: [] });
    expect(resultOf([informing(place(1), 'a')]).state).toBe('passed');
    expect(resultOf([unbound(place(1), 'a'), informing(place(1), 'a')]).state).toBe('not-bound');
    expect(resultOf([unbound(place(1), 'a'), failing(place(2), 'b')])).toEqual({
      state: 'failed',
      findings: [
        { severity: 'not-bound', line: 1, path: 'p', text: 'a' },
        { severity: 'failed', line: 2, path: 'p', text: 'b' },
      ],
    });
  });

  test('findings come by line, those without one first, and not without end', () => {
    const lines = [3, undefined, 1].map((line) => informing(place(line), 'x'));
    expect(resultOf(lines).findings.map(({ line }) => line)).toEqual([undefined, 1, 3]);
    const many = Array.from({ length: MAX_FINDINGS + 1 }, (_, index) => failing(place(index), 'x'));
    expect(resultOf(many).findings).toHaveLength(MAX_FINDINGS);
    const worse = [...many.map((one) => informing(one, 'x')), failing(place(500), 'worst'), unbound(place(400), 'bad')];
    expect(
      resultOf(worse)
        .findings.slice(-2)
        .map(({ text }) => text),
    ).toEqual(['bad', 'worst']);
    expect(resultOf(worse).state).toBe('failed');
  });
});
