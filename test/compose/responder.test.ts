// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { IMAGE, PIN, recommended, review, said, troubles } from './support.ts';

/** The responder with lines of its own; those begin at 15. */
const responder = (lines: readonly string[], after: readonly string[] = []) =>
  review(
    recommended(
      [],
      [
        '  attest:',
        `    image: ${IMAGE}`,
        '    entrypoint: [twl-attest]',
        ...lines.map((line) => `    ${line}`),
        ...after,
      ],
    ),
  );
const override = (...lines: string[]): string[] => said(responder(lines), 'compose.override');
const SOCKET = '/var/run/dstack.sock:/var/run/dstack.sock';
const more = (target: string): string =>
  `attest has a mount at ${target}; twl-attest needs the agent's socket and, read-only, the receipt's folder`;

describe('the responder', () => {
  test('as it is documented', () => {
    const found = responder(
      [
        'user: "1000"',
        'read_only: true',
        'cap_drop: [ALL]',
        'security_opt: [no-new-privileges:true]',
        'ports: ["8091:8091"]',
        'environment: [LOG_FORMAT=json, LISTEN=0.0.0.0:8091]',
        `volumes: ["${SOCKET}", "receipt:/run/trusted-workload-launcher:ro"]`,
      ],
      ['volumes: {receipt: }'],
    );
    expect(troubles(found)).toEqual({});
  });

  test.each<[string, string]>([
    ['its other name', 'volumes: ["/run/dstack.sock:/run/dstack.sock"]'],
    ['its folder', 'volumes: ["/var/run/dstack/dstack.sock:/a.sock:ro"]'],
    ['its folder by its other name', 'volumes: [{type: bind, source: /run/dstack/dstack.sock, target: /a.sock}]'],
    ['a receipt on a path of the machine', 'volumes: ["/srv/r:/run/trusted-workload-launcher:ro"]'],
    ['a user and a group', 'user: "1000:1001"'],
    ['a receipt elsewhere', 'environment: {TWL_RUN_DIR: /srv/r}\n    volumes: ["r1:/srv/r:ro"]'],
  ])('may have %s', (_name, lines) => {
    expect(troubles(responder(lines.split('\n    ')))).toEqual({});
  });

  test.each<[string, string, string]>([
    ['a config', 'configs: [{source: c, target: /twl-attest}]', `configs[0]: ${more('/twl-attest')}`],
    ['a secret', 'secrets: [s]', `secrets[0]: ${more('/run/secrets/s')}`],
    ['a folder of its own', 'volumes: ["./x:/root"]', `volumes[0]: ${more('/root')}`],
    ['a volume', 'volumes: ["x1:/data:ro"]', `volumes[0]: ${more('/data')}`],
    ['a tmpfs', 'tmpfs: /tmp', `tmpfs: ${more('/tmp')}`],
    [
      'a receipt that it can write to',
      'volumes: ["r1:/run/trusted-workload-launcher"]',
      `volumes[0]: ${more('/run/trusted-workload-launcher')}`,
    ],
    [
      'a receipt of files of the machine',
      'volumes: ["/etc:/run/trusted-workload-launcher:ro"]',
      `volumes[0]: ${more('/run/trusted-workload-launcher')}`,
    ],
    [
      'a receipt in memory',
      'volumes: [{type: tmpfs, target: /run/trusted-workload-launcher, read_only: true}]',
      `volumes[0]: ${more('/run/trusted-workload-launcher')}`,
    ],
    ["the folder of the agent's socket", 'volumes: ["/var/run/dstack:/x"]', `volumes[0]: ${more('/x')}`],
    ["the older agent's socket", 'volumes: ["/var/run/tappd.sock:/x"]', `volumes[0]: ${more('/x')}`],
    [
      'something over its program',
      'volumes: ["data:/usr"]',
      'volumes[0]: a mount at /usr can replace files of the image in /usr',
    ],
    [
      'the socket over its program',
      'volumes: ["/run/dstack.sock:/usr/bin/x"]',
      'volumes[0]: a mount at /usr/bin/x can replace files of the image in /usr',
    ],
    [
      'a mount that cannot be read',
      'volumes: [{type: image, source: x, target: /x}]',
      'volumes[0]: what is mounted here cannot be read; compose and its versions may differ on it',
    ],
    [
      'another user by a name',
      'user: root',
      'user: user is not among the keys that leave the launcher what its image makes it',
    ],
    [
      'root by its number',
      'user: "0"',
      'user: user is not among the keys that leave the launcher what its image makes it',
    ],
    [
      'a user that only ends in a number',
      'user: root1',
      'user: user is not among the keys that leave the launcher what its image makes it',
    ],
    [
      'the group of root',
      'user: "1000:0"',
      'user: user is not among the keys that leave the launcher what its image makes it',
    ],
  ])('may not have %s', (_name, line, expected) => {
    expect(override(line)).toEqual([`15 failed services.attest.${expected}`]);
  });

  test('may have neither of them inside of the other, nor below a folder that a workload writes to', () => {
    expect(
      override(
        'volumes: ["r1:/run/trusted-workload-launcher:ro", "/run/dstack.sock:/run/trusted-workload-launcher/l/s"]',
      ),
    ).toEqual([
      '15 failed services.attest.volumes[1]: a mount at /run/trusted-workload-launcher/l/s lies inside of the one at /run/trusted-workload-launcher, where a link can lead it over files of the image',
    ]);
    const beside = (volumes: string, folder: string): string[] =>
      said(
        review(
          recommended(
            [`volumes: ["${folder}"]`],
            ['  attest:', `    image: ${IMAGE}`, '    entrypoint: [twl-attest]', `    volumes: ["${volumes}"]`],
          ),
        ),
        'compose.override',
      );
    const receipt = '/srv/r/link:/run/trusted-workload-launcher:ro';
    expect(beside(receipt, '/srv/r:/data')).toEqual([
      '16 failed services.attest.volumes[0]: /srv/r/link lies below /srv/r, where workload can put a link to any path of the machine in its place',
    ]);
    expect(beside('/run/dstack/dstack.sock:/s', '/var/run/dstack:/x')).toEqual([
      '16 failed services.attest.volumes[0]: /run/dstack/dstack.sock lies below /var/run/dstack, where workload can put a link to any path of the machine in its place',
    ]);
    expect(beside(receipt, '/srv/r:/data:ro')).toEqual([]);
    expect(beside(receipt, '/srv/r/link:/data')).toEqual([]);
  });

  test('the receipt lies where the responder looks', () => {
    const at = (value: string, target: string): string[] =>
      override(`environment: {TWL_RUN_DIR: "${value}"}`, `volumes: ["r1:${target}:ro"]`);
    expect(at('/srv/r', '/srv/r')).toEqual([]);
    for (const value of ['/srv/q', '${Q:-/srv/r}', 'srv/r', '']) {
      expect(at(value, '/srv/r')).toEqual([`16 failed services.attest.volumes[0]: ${more('/srv/r')}`]);
    }
    expect(at('/srv/q', '/run/trusted-workload-launcher')).toHaveLength(1);
    expect(at('/usr/x', '/usr/x')).toEqual([
      '16 failed services.attest.volumes[0]: a mount at /usr/x can replace files of the image in /usr',
    ]);
  });

  test('what holds the receipt is looked at', () => {
    const volumes = ['volumes: ["r1:/run/trusted-workload-launcher:ro"]'];
    expect(said(responder(volumes, ['volumes: {r1: {external: true}}']), 'compose.override')).toEqual([
      '15 not-bound services.attest.volumes[0]: the volume r1 is external: what made it, and of what, is not in the text',
    ]);
    expect(
      override('volumes: [{type: volume, source: r1, target: /run/trusted-workload-launcher, read_only: true, x: $A}]'),
    ).toEqual(['15 not-bound services.attest.volumes[0]: this mount is left to the variable A']);
  });

  test.each([
    ['a variable decides', '{driver_opts: {device: $D}}'],
    ['is a path that nobody can read', '{name: [a]}'],
  ])('what %s holds no receipt', (_name, definition) => {
    const found = responder(['volumes: ["r1:/run/trusted-workload-launcher:ro"]'], [`volumes: {r1: ${definition}}`]);
    expect(said(found, 'compose.override')).toEqual([
      `15 failed services.attest.volumes[0]: ${more('/run/trusted-workload-launcher')}`,
    ]);
  });

  test('mounts that cannot be read, or whose place a variable decides, are told', () => {
    expect(override('volumes: ["x1:/${P}"]')).toEqual([
      '15 not-bound services.attest.volumes[0]: what is mounted here, and where, is not decided by the text: it is left to the variable P',
    ]);
  });

  test('a socket that a named volume or a secret hides is none', () => {
    const bind = '{driver_opts: {type: none, o: bind, device: /run/dstack.sock}}';
    const found = responder(['volumes: ["sock:/run/dstack.sock"]'], [`volumes: {sock: ${bind}}`]);
    expect(said(found, 'compose.override')).toEqual([
      `15 failed services.attest.volumes[0]: ${more('/run/dstack.sock')}`,
    ]);
    expect(said(found, 'compose.sharing')).toEqual([
      "15 failed services.attest.volumes[0]: attest reaches the guest agent's socket (/run/dstack.sock)",
    ]);
  });
});

describe('its environment', () => {
  const environment = (...lines: string[]): string[] =>
    said(responder(['environment:', ...lines.map((line) => `  ${line}`)]), 'compose.environment');

  test('holds no pin and says nothing of where programs are', () => {
    expect(environment('LAUNCHER_CONFIG: |', '  REPO_URL=https://example.org/x')).toEqual([
      '16 failed services.attest.environment.LAUNCHER_CONFIG: LAUNCHER_CONFIG is a pin, and twl-attest launches nothing',
    ]);
    expect(environment('PATH: /run/trusted-workload-launcher')).toEqual([
      '16 failed services.attest.environment.PATH: PATH decides which program is called twl-attest',
    ]);
    expect(environment('NODE_OPTIONS: x')).toHaveLength(1);
  });

  test('may hold what is harmless', () => {
    expect(environment('LISTEN: 0.0.0.0:1', 'TZ: UTC', 'toString: x', 'TWL_AGENT_SOCKET: /a.sock')).toEqual([]);
    expect(environment('- $X=1')).toEqual([
      '16 not-bound services.attest.environment[0]: the name of this variable is left to another one',
    ]);
  });
});

test('as a command it is a second launcher, which starts the config of that name', () => {
  const text = recommended(
    [],
    ['  attest:', `    image: ${IMAGE}`, '    command: [twl-attest]', `    volumes: ["${SOCKET}"]`],
    PIN,
  );
  expect(said(review(text), 'compose.launcher')).toEqual([
    "12 failed services.attest: attest runs a launcher's image too, after workload",
  ]);
});
