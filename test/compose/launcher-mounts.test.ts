import { describe, expect, test } from 'vitest';
import { IMAGE, MORE, OTHER_IMAGE, PIN, recommended, review, said, troubles } from './support.ts';

const SSH = ['REPO_URL=ssh://git@example.com/a.git', ...PIN.slice(1)];
const NAMED: [string, readonly string[]][] = [
  ['REPO_CA_FILE', PIN],
  ['REPO_CREDENTIAL_FILE', PIN],
  ['CHILD_ENV_FILE', PIN],
  ['SSH_KEY_FILE', SSH],
  ['SSH_KNOWN_HOSTS_FILE', SSH],
];
const override = (lines: readonly string[], pin: readonly string[] = PIN, after: readonly string[] = []): string[] =>
  said(review(recommended(lines, after, pin)), 'compose.override');
/** One line further down for each line of the pin beyond the three. */
const hides = (place: string, target: string, folder: string, line = MORE + 1): string =>
  `${line} failed services.workload.${place}: a mount at ${target} can replace files of the image in ${folder}`;

describe.each(NAMED)('a mount that %s names', (key, pin) => {
  test.each<[string, string, string, string]>([
    ['a whole folder', '/usr', 'volumes: ["evil:/usr"]', '/usr'],
    [
      'the launcher, by a file of the host',
      '/usr/local/bin/trusted-workload-launcher',
      'volumes: ["/dstack/user_config:/usr/local/bin/trusted-workload-launcher:ro"]',
      '/usr',
    ],
    ['a library', '/lib/x/libc.so.6', 'volumes: ["./libc.so.6:/lib/x/libc.so.6"]', '/lib'],
    ['a program, by a config', '/bin/bash', 'configs: [{source: c, target: /bin/bash}]', '/bin'],
    [
      "the loader's list, by a config",
      '/etc/ld.so.preload',
      'configs: [{source: c, target: /etc/ld.so.preload}]',
      '/etc',
    ],
    ['a library, by a secret', '/lib/x.so', 'secrets: [{source: s, target: /lib/x.so}]', '/lib'],
    ['files of a program', '/etc/ssl/openssl.cnf', 'configs: [{source: c, target: /etc/ssl/openssl.cnf}]', '/etc'],
    ['a file of the host', '/etc/app/x', 'volumes: ["./x:/etc/app/x"]', '/etc'],
    ['a secret in /etc', '/etc/app/x', 'secrets: [{source: s, target: /etc/app/x}]', '/etc'],
    ['a config that is a file', '/etc/app/x', 'configs: [{source: f, target: /etc/app/x}]', '/etc'],
    ['a config of another name', '/etc/app/x', 'configs: [{source: c, target: /etc/app/y}]', '/etc'],
    ['a folder', '/etc/app', 'configs: [{source: c, target: /etc/app}]', '/etc'],
  ])('%s', (_name, path, line, folder) => {
    const place = `${line.split(':')[0]}[0]`;
    const target = /:(\/[^:"]+)(?::ro)?"/.exec(line)?.[1] ?? /target: ([^}]+)}/.exec(line)?.[1] ?? '';
    const after = ['configs: {c: {content: "A=1"}, f: {file: ./x}}'];
    expect(override([line], [...pin, `${key}=${path}`], after)).toEqual([hides(place, target, folder)]);
  });

  test.each<[string, string, string]>([
    ['a secret at its place', '/run/secrets/s', 'secrets: [s]'],
    ['a file of the host where the image has none', '/srv/x', 'volumes: ["./x:/srv/x:ro"]'],
    ['an inline config of its own folder', '/etc/app/x', 'configs: [{source: c, target: /etc/app/x}]'],
    ['an inline config elsewhere', '/run/x', 'configs: [{source: c, target: /run/x}]'],
  ])('%s is harmless', (_name, path, line) => {
    expect(override([line], [...pin, `${key}=${path}`], ['configs: {c: {content: "A=1"}}'])).toEqual([]);
  });
});

describe('the config that the command names', () => {
  const named = (path: string, more = ''): string[] =>
    said(
      review(
        [
          'services:',
          `  a: {image: "${IMAGE}", command: ["${path}"], configs: [{source: c, target: "${path}"}${more}]}`,
          'configs: {c: {content: x}, d: {file: x}}',
          '',
        ].join('\n'),
      ),
      'compose.override',
    );

  test.each([
    '/etc/app/launcher.conf',
    '/etc/a.b-c_d/x',
    '/etc/app/deep/x',
    '/srv/pin',
    '/etc/git-launcher/config.conf',
  ])('%s', (path) => {
    expect(named(path)).toEqual([]);
  });

  test.each([
    '/usr/pin.conf',
    '/etc/ld.so.preload',
    '/etc/ld.so.conf.d/x',
    '/etc/alternatives/awk',
    '/etc/ssh/ssh_config',
    '/etc/.x/y',
    '/opt/pin',
    '/proc/x/y',
    '/usr/etc/app/x',
    '/etc/systemd/x',
    '/etc/xdg/x',
    '/etc/modules-load.d/x',
    '/etc/dbus-1/x',
  ])('%s may hide something', (path) => {
    expect(named(path)).toEqual([
      `2 failed services.a.configs[0]: a mount at ${path} can replace files of the image in /${path.split('/')[1]}`,
    ]);
  });

  test('which a variable decides is none', () => {
    const text = [
      'services:',
      `  a: {image: "${IMAGE}", command: ["$C"], configs: [{source: c, target: /etc/app/x}]}`,
      'configs: {c: {content: x}}',
      '',
    ].join('\n');
    expect(said(review(text), 'compose.override')).toEqual([
      '2 failed services.a.configs[0]: a mount at /etc/app/x can replace files of the image in /etc',
      '2 not-bound services.a.command: the command is not decided by the text: it is left to the variable C',
    ]);
  });

  test('at its exact name', () => {
    expect(named('/etc/app/x', ', {source: c, target: /etc/app/y}')).toEqual([
      '2 failed services.a.configs[1]: a mount at /etc/app/y can replace files of the image in /etc',
    ]);
  });
});

describe('what the host writes', () => {
  const over = (source: string, target: string): string[] => override([`volumes: ["${source}:${target}:ro"]`]);
  const text = (path: string): string[] => [
    `${MORE} failed services.workload.volumes[0]: the host writes ${path}, which is mounted over the work directory`,
  ];

  test.each<[string, string, string]>([
    ['/dstack/user_config', '/srv/workload/checkout/tee-launch.sh', '/dstack/user_config'],
    ['/tapp/user_config', '/srv/workload/checkout', '/tapp/user_config'],
    ['./.host-shared', '/srv/workload', '/dstack/.host-shared'],
    ['/dstack', '/srv', '/dstack'],
  ])('%s at %s', (source, target, path) => {
    expect(over(source, target)).toEqual(text(path));
  });

  test('is harmless elsewhere, and so is what a service puts there itself', () => {
    expect(over('/dstack/user_config', '/srv/other')).toEqual([]);
    expect(over('./data', '/srv/workload')).toEqual([]);
    expect(over('/srv/data', '/srv/workload')).toEqual([]);
  });

  test('stays a finding without a pin where it hides files of the image', () => {
    const found = review(`services: {a: {image: "${IMAGE}", volumes: ["/dstack/user_config:/usr/bin/node"]}}\n`);
    expect(said(found, 'compose.override')).toEqual([
      '1 failed services.a.volumes[0]: a mount at /usr/bin/node can replace files of the image in /usr',
    ]);
  });
});

test('each mount is told once, with what its definition adds', () => {
  const nfs = 'volumes: {evil: {driver_opts: {type: nfs, o: "addr=203.0.113.7", device: ":/x"}}}';
  expect(override(['volumes: ["evil:/usr"]'], PIN, [nfs])).toEqual([
    hides('volumes[0]', '/usr', '/usr', MORE),
    `${MORE} failed services.workload.volumes[0]: the volume evil has driver_opts that are neither a bind of an absolute path nor a tmpfs`,
  ]);
  expect(troubles(review(recommended(['volumes: ["work:/srv/workload"]'])))).toEqual({});
});

describe('a mount inside of another one', () => {
  const inside = (place: string, target: string, outer: string): string =>
    `${MORE} failed services.workload.${place}: a mount at ${target} lies inside of the one at ${outer}, where a link can lead it over files of the image`;

  test.each<[string, string, string[]]>([
    ['of a volume', 'volumes: ["data:/data", "data:/data/l/launcher"]', ['volumes[1]', '/data/l/launcher', '/data']],
    ['to read', 'volumes: ["data:/data", "more:/data/l:ro"]', ['volumes[1]', '/data/l', '/data']],
    ['before it', 'volumes: ["more:/data/l", "data:/data"]', ['volumes[0]', '/data/l', '/data']],
    [
      'by a link of the image',
      'volumes: ["data:/run/a", "more:/var/run/a/b"]',
      ['volumes[1]', '/var/run/a/b', '/run/a'],
    ],
    ['of a volume to read', 'volumes: ["data:/data:ro", "more:/data/l"]', ['volumes[1]', '/data/l', '/data']],
    ['of a nameless one', 'volumes: [/data, "more:/data/l"]', ['volumes[1]', '/data/l', '/data']],
    ['of a path of the machine', 'volumes: ["/srv/x:/data", "more:/data/l"]', ['volumes[1]', '/data/l', '/data']],
  ])('%s', (_name, line, [place = '', target = '', outer = '']) => {
    expect(override([line])).toEqual([inside(place, target, outer)]);
  });

  test('which is a tmpfs or a secret', () => {
    expect(
      override(['volumes: ["data:/data"]', 'tmpfs: /data/t', 'secrets: [{source: s, target: /data/t/s}]']),
    ).toEqual([
      inside('tmpfs', '/data/t', '/data').replace(`${MORE} `, `${MORE + 1} `),
      inside('secrets[0]', '/data/t/s', '/data').replace(`${MORE} `, `${MORE + 2} `),
    ]);
  });

  test('hides files of the image in any case, and that is told once', () => {
    expect(override(['volumes: ["data:/usr", "more:/usr/x"]'])).toEqual([
      hides('volumes[0]', '/usr', '/usr', MORE),
      hides('volumes[1]', '/usr/x', '/usr', MORE),
    ]);
  });

  test.each<[string, string[]]>([
    ['beside it', ['volumes: ["data:/data", "more:/data2", "third:/srv/data"]']],
    ['in a tmpfs', ['volumes: ["data:/scratch/l/x"]', 'tmpfs: ["/scratch:size=1m"]']],
    ['in a tmpfs in long form', ['volumes: [{type: tmpfs, target: /scratch}, "data:/scratch/l"]']],
    ['in another service', ['volumes: ["data:/data"]']],
  ])('%s is harmless', (_name, lines) => {
    const other = `  other: {image: "${OTHER_IMAGE}", volumes: ["x1:/srv", "x2:/srv/x", "x3:/data/x"]}`;
    expect(troubles(review(recommended(lines, [other])))).toEqual({});
  });
});

describe('a path of the machine below a folder that a container writes to', () => {
  const below = (name: string): string =>
    `services.workload.volumes[0]: /srv/y/link lies below /srv/y, where ${name} can put a link to any path of the machine in its place`;

  test("of the launcher's own or of a neighbour", () => {
    expect(override(['volumes: ["/srv/y/link:/z:ro", "/srv/y:/y"]'])).toEqual([`${MORE} failed ${below('workload')}`]);
    const other = (options: string): string => `  other: {image: "${OTHER_IMAGE}", volumes: ["/srv/y:/y${options}"]}`;
    const lines = ['volumes: ["/srv/y/link:/z"]'];
    expect(override(lines, PIN, [other('')])).toEqual([`${MORE} failed ${below('other')}`]);
    expect(override(lines, PIN, [other(':ro')])).toEqual([]);
    expect(override(['volumes: ["/srv/y:/z"]'], PIN, [other('')])).toEqual([]);
  });

  test.each([
    ['/etc', '/etc/hosts'],
    ['/var/volatile', '/var/volatile/x'],
  ])('%s is told where it is mounted', (folder, path) => {
    const found = review(recommended([`volumes: ["${folder}:/y", "${path}:/z:ro"]`]));
    expect(said(found, 'compose.override')).toEqual([]);
    expect(found.results['compose.persistence'].state).toBe('not-bound');
  });
});

describe('what the workload reaches by its mounts', () => {
  const persistence = (lines: string[], after: string[] = []): string[] =>
    said(review(recommended(lines, after)), 'compose.persistence');

  test.each(['/proc', '/proc/self/root/run/docker.sock', '/dev/fd/7'])('%s to read', (path) => {
    expect(persistence([`volumes: ["${path}:/p:ro"]`])).toEqual([
      `${MORE} not-bound services.workload.volumes[0]: with ${path} the workload can start and change containers`,
    ]);
  });

  test('a path that the text does not decide', () => {
    const text = 'which path of the machine is mounted here is not decided by the text';
    expect(persistence(['volumes: ["~/../run/docker.sock:/p"]'])).toEqual([
      `${MORE} not-bound services.workload.volumes[0]: ${text}`,
    ]);
    expect(persistence(['secrets: [s]'], ['secrets: {s: {file: ~/x}}'])).toEqual([
      `${MORE} not-bound services.workload.secrets[0]: ${text}`,
    ]);
  });

  test('is told once where it cannot be read at all, or is left open by its definition', () => {
    expect(persistence(['volumes: [{type: image, source: x, target: /x}]'])).toEqual([]);
    expect(persistence(['volumes: [data:/x]'], ['volumes: {data: {name: [a]}}'])).toEqual([]);
  });

  test('a path of the container alone is none of the machine', () => {
    expect(persistence(['volumes: [data:/srv/proc]', 'tmpfs: /run/proc'])).toEqual([]);
  });
});
