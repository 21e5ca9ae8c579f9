// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { COMMIT, IMAGE, LEGACY, MORE, PIN, recommended, review, said } from './support.ts';

const DEFAULT = '/etc/trusted-workload-launcher/launcher.conf';

/** A launcher without a pin in its environment; the service's own lines begin at 4. */
const without = (lines: readonly string[], after: readonly string[] = [], image = IMAGE): string =>
  ['services:', '  workload:', `    image: ${image}`, ...lines.map((line) => `    ${line}`), ...after, ''].join('\n');
const CONTENT = ['configs:', '  c:', '    content: |', ...PIN.map((line) => `      ${line}`)];
const at = (target: string): string => `configs: [{source: c, target: ${target}}]`;

const bound = (text: string) => {
  const found = review(text);
  return { state: found.results['compose.pin-bound'].state, said: said(found, 'compose.pin-bound'), pin: found.pin };
};

describe('a pin that the text decides', () => {
  test.each<[string, string]>([
    [
      'in the environment as a list',
      without(['environment:', '  - |-', `    LAUNCHER_CONFIG=${PIN[0]}`, `    ${PIN[1]}`, `    ${PIN[2]}`]),
    ],
    ['in quotes', without([`environment: {LAUNCHER_CONFIG: "${PIN.join('\\n')}"}`])],
    ['in a config at the default path', without([at(DEFAULT)], CONTENT)],
    ['in a config that the command names', without([at('/etc/my.conf'), 'command: /etc/my.conf'], CONTENT)],
    [
      'in a config with a path in another form',
      without([at('/etc/./x//my.conf'), 'command: [/etc/x/y/../my.conf]'], CONTENT),
    ],
    ['in a config of its short form', without(['configs: [c]', 'command: /c'], CONTENT)],
    ['with an empty command', without([at(DEFAULT), 'command: []'], CONTENT)],
    ['at the default path of the predecessor', without([at('/etc/git-launcher/config.conf')], CONTENT, `x@${LEGACY}`)],
    ['with a $ that stands for itself', recommended([], [], [...PIN, 'RUN_CMD=echo $$HOME $${HOME}'])],
    ['in the environment beside an env_file', recommended(['env_file: [more.env]'])],
    ['in a file beside an empty env_file', without([at(DEFAULT), 'env_file: []'], CONTENT)],
    [
      'in a config with a name and an extension',
      without([at(DEFAULT)], [...CONTENT, '    name: n', '    x-note: a', '    labels: {a: b}']),
    ],
    [
      'beside a mount elsewhere',
      without([at(DEFAULT), 'volumes: ["data:/etc/trusted-workload-launcher/launcher.conf.d"]'], CONTENT),
    ],
  ])('%s', (_name, text) => {
    expect(bound(text)).toMatchObject({ state: 'passed', said: [], pin: { commitSha: COMMIT } });
  });

  test('has every $$ of the file as one $', () => {
    expect(review(recommended([], [], [...PIN, 'RUN_CMD=echo $$HOME'])).pin?.mode).toEqual({
      kind: 'advanced',
      runCmd: 'echo $HOME',
      installCmd: undefined,
    });
  });
});

const VARIABLE = 'the pin is not decided by the text: it is left to the variable';
const ENVIRONMENT = 'services.workload.environment.LAUNCHER_CONFIG';
const IN_IMAGE = 'or nowhere: no inline config is mounted there';
const decided = 'which config the launcher reads is not decided';

describe('a pin that the text does not decide', () => {
  test.each<[string, string, string[]]>([
    [
      'a variable in the environment',
      recommended([], [], [PIN[0]!, 'COMMIT_SHA=${C}', PIN[2]!]),
      [`7 not-bound ${ENVIRONMENT}: ${VARIABLE} C`],
    ],
    [
      'a variable with a default',
      recommended([], [], [PIN[0]!, PIN[1]!, 'WORK_DIR=${W:-/srv/w}']),
      [`8 not-bound ${ENVIRONMENT}: ${VARIABLE} W`],
    ],
    [
      'a variable without braces',
      recommended([], [], [PIN[0]!, 'COMMIT_SHA=$C', PIN[2]!]),
      [`7 not-bound ${ENVIRONMENT}: ${VARIABLE} C`],
    ],
    [
      'variables on two lines',
      recommended([], [], ['# $$A', 'REPO_URL=$R', 'COMMIT_SHA=${C+x}', PIN[2]!]),
      [`7 not-bound ${ENVIRONMENT}: ${VARIABLE} R`, `8 not-bound ${ENVIRONMENT}: ${VARIABLE} C`],
    ],
    [
      'a variable inside of another',
      recommended([], [], [PIN[0]!, 'COMMIT_SHA=${C:-${D}}', PIN[2]!]),
      [`7 not-bound ${ENVIRONMENT}: ${VARIABLE} C`, `7 not-bound ${ENVIRONMENT}: ${VARIABLE} D`],
    ],
    [
      'an anchored text with a variable',
      [
        'x-p: &p |',
        '  COMMIT_SHA=$C',
        'services:',
        '  workload:',
        `    image: ${IMAGE}`,
        '    environment: {LAUNCHER_CONFIG: *p}',
        '',
      ].join('\n'),
      [`2 not-bound ${ENVIRONMENT}: ${VARIABLE} C`],
    ],
    [
      'a name without a value',
      without(['environment:', '  LAUNCHER_CONFIG:']),
      [`5 not-bound ${ENVIRONMENT}: ${VARIABLE} LAUNCHER_CONFIG`],
    ],
    [
      'a name alone in a list',
      without(['environment: [LAUNCHER_CONFIG]']),
      [`4 not-bound services.workload.environment[0]: ${VARIABLE} LAUNCHER_CONFIG`],
    ],
    [
      'a variable for a name',
      without([at(DEFAULT), 'environment:', '  - "${N}=x"'], CONTENT),
      ['6 not-bound services.workload.environment[0]: this may be LAUNCHER_CONFIG: its name is left to a variable'],
    ],
    [
      'an env_file',
      without(['env_file: a.env']),
      [
        '4 not-bound services.workload.env_file: the pin comes from an env_file, whose bytes the attested text does not hold',
      ],
    ],
    [
      'env_files',
      without(['env_file:', '  - a.env', '  - b.env']),
      [
        '5 not-bound services.workload.env_file[0]: the pin comes from an env_file, whose bytes the attested text does not hold',
      ],
    ],
    ['the image', without([]), [`2 not-bound services.workload: the pin is in the image at ${DEFAULT}, ${IN_IMAGE}`]],
    [
      'the image, by the command',
      without(['command: /etc/my.conf']),
      [`2 not-bound services.workload: the pin is in the image at /etc/my.conf, ${IN_IMAGE}`],
    ],
    [
      'a bind mount of the file',
      without([`volumes: ["./pin.conf:${DEFAULT}:ro"]`]),
      [
        '4 not-bound services.workload.volumes[0]: the pin comes from a path of the host, whose bytes the attested text does not hold',
      ],
    ],
    [
      'a volume above it',
      without(['volumes:', '  - conf:/etc/trusted-workload-launcher']),
      [
        '5 not-bound services.workload.volumes[0]: the pin comes from a volume, whose bytes the attested text does not hold',
      ],
    ],
    [
      'a tmpfs above it',
      without(['tmpfs: /etc']),
      ['4 not-bound services.workload.tmpfs: the pin would lie in an empty tmpfs'],
    ],
    [
      'a secret',
      without(['secrets: [p]', 'command: /run/secrets/p']),
      [
        '4 not-bound services.workload.secrets[0]: the pin comes from a secret, whose bytes the attested text does not hold',
      ],
    ],
    [
      'a secret of the name of a config',
      without(['secrets: [c]', 'command: /run/secrets/c'], CONTENT),
      [
        '4 not-bound services.workload.secrets[0]: the pin comes from a secret, whose bytes the attested text does not hold',
      ],
    ],
    [
      'a volume of the name of a config',
      without([`volumes: ["c1:${DEFAULT}"]`], ['configs:', '  c1:', ...CONTENT.slice(2)]),
      [
        '4 not-bound services.workload.volumes[0]: the pin comes from a volume, whose bytes the attested text does not hold',
      ],
    ],
    [
      'a config of nothing but a name',
      without([at(DEFAULT)], ['configs: {c: {name: n}}']),
      ['4 not-bound services.workload.configs[0]: the pin comes from a config that is no inline text'],
    ],
    [
      'a config that is a text itself',
      without([at(DEFAULT)], ['configs: {c: x}']),
      ['4 not-bound services.workload.configs[0]: the pin comes from a config that is no inline text'],
    ],
    [
      'the image, by the command, beside an env_file',
      without(['command: /etc/my.conf', 'env_file: a.env']),
      [`2 not-bound services.workload: the pin is in the image at /etc/my.conf, ${IN_IMAGE}`],
    ],
    [
      'a config from a file',
      without([at(DEFAULT)], ['configs: {c: {file: ./pin.conf}}']),
      ['4 not-bound services.workload.configs[0]: the pin comes from a config that is no inline text'],
    ],
    [
      'a config from a variable',
      without([at(DEFAULT)], ['configs: {c: {environment: PIN}}']),
      ['4 not-bound services.workload.configs[0]: the pin comes from a config that is no inline text'],
    ],
    [
      'an external config',
      without([at(DEFAULT)], ['configs: {c: {external: true}}']),
      ['4 not-bound services.workload.configs[0]: the pin comes from a config that is no inline text'],
    ],
    [
      'a config that nobody defines',
      without([at(DEFAULT)]),
      ['4 not-bound services.workload.configs[0]: the pin comes from a config that is no inline text'],
    ],
    [
      'a config that is text and file',
      without([at(DEFAULT)], [...CONTENT, '    file: x']),
      ['4 not-bound services.workload.configs[0]: the pin comes from a config that is no inline text'],
    ],
    [
      'a config mounted as a folder above',
      without([at('/etc/trusted-workload-launcher')], CONTENT),
      ['4 not-bound services.workload.configs[0]: the pin comes from a config that is no inline text'],
    ],
    [
      'a config that is a list',
      without([at(DEFAULT)], ['configs: {c: {content: [a]}}']),
      ['4 not-bound services.workload.configs[0]: the pin comes from a config that is no inline text'],
    ],
    [
      'a config below a volume',
      without([at(DEFAULT), 'volumes: ["data:/etc/trusted-workload-launcher"]'], CONTENT),
      ['4 not-bound services.workload.configs[0]: the pin lies below more than one mount'],
    ],
    [
      'a variable in a config',
      without([at(DEFAULT)], ['configs:', '  c:', '    content: |', '      A=1', '      B=$X']),
      [`9 not-bound configs.c.content: ${VARIABLE} X`],
    ],
    [
      'a mount whose place a variable decides',
      without([at(DEFAULT), 'volumes: ["a:${P}"]'], CONTENT),
      ['5 not-bound services.workload.volumes[0]: the pin may lie in a mount that cannot be read'],
    ],
    [
      'a variable in the command',
      without(['command: ["${CONF}"]']),
      [`4 not-bound services.workload.command: ${decided}: it is left to the variable CONF`],
    ],
    [
      'a command that cannot be split',
      without(['command: "a \'b"']),
      [`4 not-bound services.workload.command: ${decided}: the command cannot be split, write it as a list`],
    ],
    [
      'a relative path in the command',
      without(['command: my.conf']),
      ["4 not-bound services.workload.command: 'my.conf' is relative to a folder that the image decides"],
    ],
  ])('%s', (_name, text, expected) => {
    expect(bound(text)).toEqual({ state: 'not-bound', said: expected, pin: undefined });
  });
});

describe('a pin that the launcher would not take', () => {
  const launchesNothing = 'with this command the launcher reads no pin and launches nothing';
  test.each<[string, string, string]>([
    [
      'beside one that the command names',
      recommended(['command: /etc/my.conf']),
      `5 failed ${ENVIRONMENT}: there is a pin in LAUNCHER_CONFIG and another one in '/etc/my.conf'`,
    ],
    [
      'beside one at the default path',
      recommended([at(DEFAULT)], CONTENT),
      `5 failed ${ENVIRONMENT}: there is a pin in LAUNCHER_CONFIG and another one in '${DEFAULT}'`,
    ],
    [
      'in a map',
      without(['environment: {LAUNCHER_CONFIG: {a: b}}']),
      `4 failed ${ENVIRONMENT}: LAUNCHER_CONFIG is no text`,
    ],
    ['with a flag', without(['command: --check']), `4 failed services.workload.command: ${launchesNothing}`],
    ['with two paths', without(['command: /a /b']), `4 failed services.workload.command: ${launchesNothing}`],
  ])('%s', (_name, text, expected) => {
    expect(bound(text)).toEqual({ state: 'failed', said: [expected], pin: undefined });
  });

  test('a mount beside the default path is no second pin', () => {
    expect(bound(recommended([at(`${DEFAULT}.old`)], CONTENT))).toMatchObject({ state: 'passed' });
  });
});

describe("the launcher's own parser", () => {
  const pinOf = (pin: readonly string[]) => {
    const found = review(recommended([], [], pin));
    return { state: found.results['compose.pin'].state, said: said(found, 'compose.pin') };
  };

  test('shows the line of the compose file', () => {
    expect(pinOf([...PIN, 'COMMIT=1'])).toEqual({
      state: 'failed',
      said: [`9 failed ${ENVIRONMENT}: unknown config key 'COMMIT' at LAUNCHER_CONFIG:4:1`],
    });
  });

  test('says all that is wrong, in the order of the lines', () => {
    expect(pinOf(['WORK_DIR=/', 'WORK_DIR=/x', 'x']).said.map((one) => one.slice(0, 8))).toEqual([
      '6 failed',
      '7 failed',
      '8 failed',
    ]);
  });

  test('has no line for what is missing, so it is the pin itself', () => {
    expect(pinOf(PIN.slice(0, 2))).toEqual({
      state: 'failed',
      said: [`5 failed ${ENVIRONMENT}: missing required config key: WORK_DIR`],
    });
  });

  test('has no line for a text that is folded', () => {
    expect(
      said(review(without(['environment:', '  LAUNCHER_CONFIG: "a\\nb"'])), 'compose.pin').map((one) =>
        one.slice(0, 8),
      ),
    ).toEqual(['5 failed', '5 failed']);
  });

  test('takes an empty text for a pin without keys', () => {
    expect(said(review(without(['environment: {LAUNCHER_CONFIG: ""}'])), 'compose.pin')).toHaveLength(3);
  });

  test(`leaves compose.pin-bound alone from line ${MORE} on`, () => {
    expect(review(recommended([], [], ['x'])).results['compose.pin-bound'].state).toBe('passed');
  });
});
