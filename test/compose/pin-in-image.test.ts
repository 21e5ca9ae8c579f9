import { describe, expect, test } from 'vitest';
import { readCompose } from '../../src/compose/document.ts';
import { type BakedPin, locatePin } from '../../src/compose/locate-pin.ts';
import { LAUNCHER_PROGRAMS } from '../../src/compose/programs.ts';

const PROGRAM = LAUNCHER_PROGRAMS['trusted-workload-launcher'];
const PATH = PROGRAM.defaultConfig;
const FILE: BakedPin = { origin: PATH, text: 'in the file' };
const VARIABLE: BakedPin = { origin: 'LAUNCHER_CONFIG', text: 'in the variable' };

const locate = (pins: readonly BakedPin[] | undefined, ...lines: readonly string[]) => {
  const file = readCompose(['services:', '  a:', '    image: x', ...lines.map((line) => `    ${line}`), ''].join('\n'));
  return locatePin(file, file.services[0]!, PROGRAM, pins);
};
const place = { line: 3, path: 'services.a.image' };

describe('the pin is the one in the image', () => {
  test.each<[readonly BakedPin[], string[]]>([
    [[FILE], []],
    [[FILE], [`command: [${PATH}]`]],
    [[FILE], ['command: []']],
    [[FILE], ['volumes: [data:/srv]']],
    [[VARIABLE], []],
    [[VARIABLE], ['command: []']],
    [[VARIABLE], ['environment: [A=1]']],
  ])('%j %j', (pins, lines) => {
    const { origin, text } = pins[0]!;
    expect(locate(pins, ...lines)).toEqual({ inline: { ...place, firstLine: undefined, text, origin } });
  });
});

describe('or the text has another one, or leaves it open', () => {
  const two = (path: string) => `there is a pin in LAUNCHER_CONFIG and another one in '${path}'`;
  test.each<[readonly BakedPin[] | undefined, string[], string, string]>([
    [[FILE, VARIABLE], [], 'failed', two(PATH)],
    [[FILE], ['environment: [LAUNCHER_CONFIG=x]'], 'failed', two(PATH)],
    [[VARIABLE], ['command: [/x.conf]'], 'failed', two('/x.conf')],
    [[VARIABLE], [`volumes: ["data:${PATH}"]`], 'failed', two(PATH)],
    [[VARIABLE], ['volumes: ["data:/etc/trusted-workload-launcher"]'], 'failed', two(PATH)],
    [
      [FILE],
      [`volumes: ["data:${PATH}"]`],
      'not-bound',
      'the pin comes from a volume, whose bytes the attested text does not hold',
    ],
    [[FILE], ['tmpfs: [/etc]'], 'not-bound', 'the pin would lie in an empty tmpfs'],
    [
      [FILE],
      ['command: [/x.conf]'],
      'not-bound',
      'the pin is in the image at /x.conf, or nowhere: no inline config is mounted there',
    ],
    [
      [FILE],
      ['env_file: x'],
      'not-bound',
      'the pin comes from an env_file, whose bytes the attested text does not hold',
    ],
    [
      [VARIABLE],
      ['env_file: x'],
      'not-bound',
      'the pin comes from an env_file, whose bytes the attested text does not hold',
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is compose that expands it
    [[FILE], ['volumes: ["x:${Y}"]'], 'not-bound', 'the pin may lie in a mount that cannot be read'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is compose that expands it
    [[VARIABLE], ['volumes: ["x:${Y}"]'], 'not-bound', 'the pin may lie in a mount that cannot be read'],
    [[], [], 'not-bound', `the pin is in the image at ${PATH}, or nowhere: no inline config is mounted there`],
    [undefined, [], 'not-bound', `the pin is in the image at ${PATH}, or nowhere: no inline config is mounted there`],
    [
      [{ origin: '/etc/git-launcher/config.conf', text: 'x' }],
      [],
      'failed',
      "the image holds a pin in '/etc/git-launcher/config.conf', where a launcher of the name trusted-workload-launcher reads none",
    ],
  ])('%j %j', (pins, lines, severity, text) => {
    const found = locate(pins, ...lines);
    expect('findings' in found ? found.findings : found).toMatchObject([{ severity, text }]);
  });

  test('what is against the image is told where the image is named', () => {
    const [strange, two] = [
      locate([{ origin: '/etc/git-launcher/config.conf', text: 'x' }]),
      locate([VARIABLE], 'command: [/x.conf]'),
    ];
    for (const found of [strange, two]) expect(found).toMatchObject({ findings: [place] });
  });

  test.each(['LAUNCHER_CONFIG=REPO_URL', 'LAUNCHER_CONFIG='])('a key %s takes the place of the variable', (key) => {
    expect(locate([VARIABLE], `environment: {"${key}": x}`)).toMatchObject({
      findings: [{ severity: 'not-bound', text: 'this may be LAUNCHER_CONFIG: its name cannot be read' }],
    });
  });

  test('what the text says takes the place of the variable in the image', () => {
    const found = locate([VARIABLE], 'environment: [LAUNCHER_CONFIG=x]');
    expect(found).toMatchObject({ inline: { text: 'x', origin: 'LAUNCHER_CONFIG', line: 4 } });
    const mounted = locate([FILE], 'environment: [A=1]');
    expect(mounted).toMatchObject({ inline: { text: 'in the file' } });
  });
});
