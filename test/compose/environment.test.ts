// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { readCompose } from '../../src/compose/document.ts';
import { IMAGE, LAUNCHER, PIN, recommended, review, said, troubles } from './support.ts';

/** One more variable of the launcher, on line 9. */
const set = (line: string, pin: readonly string[] = PIN): string =>
  recommended([], [], pin).replace('    read_only', `      ${line}\n    read_only`);
const LINE = 9;
const environment = (text: string, rest: Record<string, unknown> = {}): string[] =>
  said(review(text, {}, rest), 'compose.environment', true);

describe('variables of the launcher', () => {
  test.each<[string, string]>([
    ['LD_PRELOAD', 'steers the dynamic loader'],
    ['BASH_ENV', 'runs code in, or changes what is parsed by, a shell that starts'],
    ['BASH_FUNC_git%%', 'defines a function in every bash that starts'],
    ['NODE_OPTIONS', 'loads code into Node, or changes what it trusts'],
    ['GIT_SSH_COMMAND', 'steers git, which runs hooks, filters and helpers'],
    ['SSL_CERT_FILE', 'changes which servers are believed'],
    ['COMPOSE_FILE', 'names a config that can run commands or turn checks off'],
    ['DOCKER_CONFIG', 'names a config that can run commands or turn checks off'],
  ])('%s steers code', (name, reason) => {
    const found = review(set(`${name}: x`));
    expect(said(found, 'compose.environment', true)).toEqual([
      `${LINE} failed services.workload.environment.${name}: ${name} ${reason}`,
    ]);
    expect(found.results['compose.environment'].state).toBe('failed');
  });

  test.each([
    ['LD_BIND_NOW_', 'LOG_FORMAT: json'],
    ['', 'DOCKER_HOST: x'],
    ['', 'PATH: /usr/bin'],
    ['', 'A: ""'],
    ['', 'TWL_LIMIT_PATHS: 5'],
  ])('harmless twins %s%s', (_note, line) => {
    expect(environment(set(line))).toEqual([]);
  });

  test('a name that the pin lets through is told', () => {
    const pin = [...PIN, 'ALLOW_ENV=NODE_OPTIONS'];
    const where =
      'services.workload.environment.NODE_OPTIONS: NODE_OPTIONS loads code into Node, or changes what it trusts';
    const found = review(set('NODE_OPTIONS: x', pin).replace('NODE_OPTIONS: x', 'NODE_OPTIONS: x'));
    expect(said(found, 'compose.environment', true)).toEqual([`10 information ${where}; the pin lets it through`]);
    expect(troubles(found)).toEqual({});
    expect(environment(set('NODE_OPTIONS: $X', pin))).toEqual([
      `10 not-bound ${where}, and its value is left to a variable`,
    ]);
  });

  test.each(['LD_PRELOAD', 'MALLOC_TRACE', 'GLIBC_TUNABLES', 'GCONV_PATH', 'LOCPATH'])(
    'but not %s, which acts before the launcher',
    (name) => {
      expect(environment(set(`${name}: x`, [...PIN, `ALLOW_ENV=${name}`]))[0]).toMatch(/^10 failed /);
    },
  );

  test('a name that only holds one of those is let through', () => {
    const [line] = environment(set('GIT_BUILD_X: x', [...PIN, 'ALLOW_ENV=GIT_BUILD_X']));
    expect(line).toMatch(/^10 information .*; the pin lets it through$/);
  });

  test('what is left to a variable is told at the line of the variable', () => {
    const block = (name: string): string =>
      set(`${name}: |\n        a\n        $X`, [...PIN, 'ALLOW_ENV=NODE_OPTIONS']);
    expect(environment(block('NODE_OPTIONS'))[0]).toMatch(/^12 not-bound .*, and its value is left to a variable$/);
    expect(environment(block('TWL_RUN_DIR'))[0]).toMatch(/^12 not-bound .*, and its value is left to X$/);
  });

  test('the pin itself is the business of compose.pin-bound', () => {
    expect(environment(recommended([], [], [...PIN, 'RUN_CMD=$X']))).toEqual([]);
  });

  test.each([
    ['LAUNCHER_CONFIG=REPO_URL', 'https://example.org/x'],
    ['BASH_ENV=/srv/x', ''],
    ['PATH=', '/srv'],
    ['=', ''],
    ['A=', '[]'],
  ])('a key %j sets what stands before its =, and is none', (key, value) => {
    const found = review(set(`"${key}": ${value === '' ? "''" : value}`));
    const where = `services.workload.environment.${key}`;
    expect(said(found, 'compose.environment')).toEqual([
      `${LINE} failed ${where}: what this variable is called cannot be read`,
    ]);
    expect(said(found, 'compose.pin-bound')).toEqual([
      `${LINE} not-bound ${where}: this may be LAUNCHER_CONFIG: its name cannot be read`,
    ]);
    expect(found.pin).toBeUndefined();
  });

  test('a name that ALLOW_ENV does not hold is not let through', () => {
    expect(environment(set('NODE_PATH: x', [...PIN, 'ALLOW_ENV=NODE_OPTIONS']))[0]).toMatch(/^10 failed .*NODE_PATH/);
  });

  test('values from outside are told, with their names', () => {
    expect(environment(set('TOKEN: "${A}-${B:-$A}"'))).toEqual([
      `${LINE} information services.workload.environment.TOKEN: the value of TOKEN is not in the text: it comes from A, B`,
    ]);
    expect(environment(set('TOKEN:'))).toEqual([
      `${LINE} information services.workload.environment.TOKEN: the value of TOKEN is not in the text: it comes from TOKEN`,
    ]);
    expect(environment(set('TOKEN: {A: $X}'))).toEqual([
      `${LINE} information services.workload.environment.TOKEN: the value of TOKEN is not in the text: it comes from X`,
    ]);
  });

  test('names and files from outside are not bound', () => {
    const list = [
      'services:',
      '  a:',
      `    image: ${IMAGE}`,
      '    env_file:',
      '      - a.env',
      '    environment:',
      '      - $X=1',
      '',
    ].join('\n');
    expect(environment(list)).toEqual([
      '5 not-bound services.a.env_file[0]: an env_file sets variables that the attested text does not hold',
      '7 not-bound services.a.environment[0]: the name of this variable is left to another one',
    ]);
    expect(environment(recommended(['env_file: []']))).toEqual([]);
  });

  test('the responder is held to the same', () => {
    const text = recommended(
      [],
      ['  attest:', `    image: ${IMAGE}`, '    entrypoint: twl-attest', '    environment: [LD_PRELOAD=x]'],
      [...PIN, 'ALLOW_ENV=LD_PRELOAD'],
    );
    expect(environment(text)).toEqual([
      '16 failed services.attest.environment[0]: LD_PRELOAD steers the dynamic loader',
    ]);
  });

  test('is looked at in each of two launchers, where nothing is let through', () => {
    const text = recommended(
      [],
      ['  b:', `    image: ${IMAGE}`, '    environment: [NODE_PATH=x]'],
      [...PIN, 'ALLOW_ENV=NODE_PATH'],
    );
    expect(environment(text)).toHaveLength(1);
  });

  test('of another service are its own business', () => {
    expect(environment(recommended([], ['  b: {image: x, environment: [LD_PRELOAD=x], env_file: a}']))).toEqual([]);
  });
});

describe('settings of the launcher itself', () => {
  test.each(['TWL_AGENT_SOCKET', 'TWL_RUN_DIR', 'TWL_AGENT_TIMEOUT_MS', 'TWL_LIMIT_PATHS', 'LOG_FORMAT'])(
    '%s is not bound where a variable decides, and quiet where the text does',
    (name) => {
      const what = `services.workload.environment.${name}: ${name} is a setting of the launcher, and its value is left to`;
      expect(environment(set(`${name}: "\${A}\${B:-x}"`))).toEqual([`${LINE} not-bound ${what} A, B`]);
      expect(environment(set(`${name}:`))).toEqual([`${LINE} not-bound ${what} ${name}`]);
      expect(environment(set(`${name}: x`))).toEqual([]);
      expect(review(set(`${name}: "$A"`)).results['compose.environment'].state).toBe('not-bound');
    },
  );

  test('are held to it in the responder too', () => {
    const text = recommended(
      [],
      ['  attest:', `    image: ${IMAGE}`, '    entrypoint: twl-attest', '    environment:', '      - TWL_RUN_DIR=$A'],
    );
    expect(environment(text)).toEqual([
      '16 not-bound services.attest.environment[0]: TWL_RUN_DIR is a setting of the launcher, and its value is left to A',
    ]);
  });

  test.each(['XTWL_A', 'LOG_FORMATS', 'MY_LOG_FORMAT', 'twl_a'])('%s is none', (name) => {
    expect(environment(set(`${name}: "$A"`))[0]).toMatch(/^9 information /);
  });
});

describe('the encrypted environment', () => {
  test.each(
    [
      [
        'NERDCTL_TOML',
        'NERDCTL_HOST_GATEWAY_IP',
        'CNI_PATH',
        'NETCONFPATH',
        'CONTAINERD_ADDRESS',
        'CONTAINERD_NAMESPACE',
      ],
      ['CONTAINERD_SNAPSHOTTER', 'ROOTLESSKIT_STATE_DIR', 'CDI_SPEC_DIRS', 'XDG_CONFIG_HOME', 'IPFS_PATH', 'HOSTS_DIR'],
      ['COSIGN_PASSWORD'],
    ].flat(),
  )('must not set %s where the runner is nerdctl-compose', (name) => {
    const rest = { allowed_envs: [name], runner: 'nerdctl-compose' };
    expect(said(review(recommended(), {}, rest), 'compose.environment')).toEqual([
      `- failed allowed_envs: the encrypted environment may set ${name}, which steers the engine`,
    ]);
    expect(said(review(recommended(), {}, { allowed_envs: [name] }), 'compose.environment')).toEqual([]);
  });

  test('with nerdctl-compose those of docker count too, and names like them do not', () => {
    const of = (name: string) =>
      said(review(recommended(), {}, { allowed_envs: [name], runner: 'nerdctl-compose' }), 'compose.environment');
    expect(of('DOCKER_CONFIG')).toHaveLength(1);
    expect(of('BUILDKIT_HOST')).toHaveLength(1);
    for (const name of ['MY_CNI_PATH', 'NETCONFPATHS', 'MY_IPFS_PATH', 'NERDCTL', 'A']) expect(of(name)).toEqual([]);
  });

  test.each<[string, string]>([
    ['COMPOSE_FILE', 'steers the engine'],
    ['COMPOSE_PROFILES', 'steers the engine'],
    ['DOCKER_HOST', 'steers the engine'],
    ['BUILDKIT_HOST', 'steers the engine'],
    ['BUILDX_BUILDER', 'steers the engine'],
    ['PATH', 'steers the engine'],
    ['HOME', 'steers the engine'],
    ['TMPDIR', 'steers the engine'],
    ['SHELL', 'steers the engine'],
    ['LD_PRELOAD', 'steers the dynamic loader'],
    ['BASH_ENV', 'runs code in, or changes what is parsed by, a shell that starts'],
  ])('must not set %s', (name, reason) => {
    const found = review(recommended(), {}, { allowed_envs: ['A', name] });
    expect(said(found, 'compose.environment')).toEqual([
      `- failed allowed_envs: the encrypted environment may set ${name}, which ${reason}`,
    ]);
  });

  test.each(['A', 'MY_PATH', 'PATHS', 'XCOMPOSE_FILE', 'DSTACK_AUTHORIZED_KEYS'])(
    'may set %s, which is told',
    (name) => {
      const found = review(recommended(), {}, { allowed_envs: [name] });
      expect(troubles(found)).toEqual({});
      expect(said(found, 'compose.environment', true)).toEqual([
        `- information allowed_envs: the encrypted environment may set ${name}`,
      ]);
    },
  );
});

describe('how it is read', () => {
  const entries = (text: string) =>
    readCompose(`services:\n  a:\n    image: x@${LAUNCHER}\n    environment: ${text}\n`).services[0]?.environment.map(
      ({ name, value, variables }) => [name, value, variables.map((one) => one.name)],
    );

  test.each<[string, unknown]>([
    [
      '{A: 1, B: , C: "x=y"}',
      [
        ['A', '1', []],
        ['B', undefined, ['B']],
        ['C', 'x=y', []],
      ],
    ],
    [
      '[A=1, B, "C=x=y", D=]',
      [
        ['A', '1', []],
        ['B', undefined, ['B']],
        ['C', 'x=y', []],
        ['D', '', []],
      ],
    ],
    [
      '[A=1, B=2, A=3]',
      [
        ['B', '2', []],
        ['A', '3', []],
      ],
    ],
    [
      '["A=$X", "$Y=1", "B$Z=1", "$W", "C${V}D"]',
      [
        ['A', '', ['X']],
        [undefined, undefined, ['Y']],
        [undefined, undefined, ['Z']],
        [undefined, undefined, ['W']],
        [undefined, undefined, ['V']],
      ],
    ],
    ['["=x"]', [['', 'x', []]]],
    ['[[A=1]]', [[undefined, undefined, []]]],
    ['A=1', [['A', '1', []]]],
    ['{A: [$X]}', [['A', undefined, ['X']]]],
    ['["$$A=1"]', [['$A', '1', []]]],
    ['["A=$$B$C"]', [['A', '$B', ['C']]]],
    ['["A${B:-=}=1"]', [[undefined, undefined, ['B']]]],
    [
      '{"A=B": "1", "C=": $D, "E$F": "1"}',
      [
        [undefined, undefined, []],
        [undefined, undefined, ['D']],
        ['E$F', '1', []],
      ],
    ],
  ])('%s', (text, expected) => {
    expect(entries(text)).toEqual(expected);
  });
});
