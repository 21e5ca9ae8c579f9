import { describe, expect, test } from 'vitest';
import { IMAGE, MORE, PIN, recommended, review, said, troubles } from './support.ts';

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
