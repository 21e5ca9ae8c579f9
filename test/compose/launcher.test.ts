// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { readCompose } from '../../src/compose/document.ts';
import { findRoles, proposeLaunchers } from '../../src/compose/find-launcher.ts';
import { IMAGE, LAUNCHER, LEGACY, MORE, OTHER, OTHER_IMAGE, recommended, review, said, troubles } from './support.ts';

const launcher = (text: string, rest: Record<string, unknown> = {}) => {
  const found = review(text, {}, rest);
  return { state: found.results['compose.launcher'].state, said: said(found, 'compose.launcher', true) };
};
const service = (...lines: string[]): string =>
  ['services:', '  app:', ...lines.map((line) => `    ${line}`), ''].join('\n');

describe('the launcher is really started', () => {
  test.each<[string, string[]]>([
    ['one container by scale', ['scale: 1']],
    ['one replica', ['deploy: {replicas: 1}']],
    ['no profile', ['profiles: []']],
    ['no profile but null', ['profiles:']],
  ])('with %s', (_name, more) => {
    const found = review(recommended(more));
    expect(troubles(found)).toEqual({});
    expect(said(found, 'compose.launcher', true)).toEqual([]);
  });

  const count = 'how many of the launcher are started is not decided by the text: it is left to the variable';
  test.each<[string, string[], string, string]>([
    [
      'a profile',
      ['profiles: [debug]'],
      'failed',
      'failed services.workload.profiles: workload has a profile, so it is not started by itself',
    ],
    [
      'a profile of an empty name',
      ["profiles: ['']"],
      'failed',
      'failed services.workload.profiles: workload has a profile, so it is not started by itself',
    ],
    [
      'scale 0',
      ['scale: 0'],
      'failed',
      'failed services.workload.scale: 0 containers of workload are started, not one',
    ],
    [
      'scale 2',
      ["scale: '2'"],
      'failed',
      'failed services.workload.scale: 2 containers of workload are started, not one',
    ],
    [
      'no replicas',
      ['deploy: {replicas: 0}'],
      'failed',
      'failed services.workload.deploy.replicas: 0 containers of workload are started, not one',
    ],
    [
      'a scale that a variable decides',
      ['scale: ${N:-1}'],
      'not-bound',
      `not-bound services.workload.scale: ${count} N`,
    ],
    [
      'replicas that a variable decides',
      ['deploy: {replicas: "${N}"}'],
      'not-bound',
      `not-bound services.workload.deploy.replicas: ${count} N`,
    ],
    [
      'a scale that is a map',
      ['scale: {a: b}'],
      'failed',
      'failed services.workload.scale: how many of the launcher are started cannot be read',
    ],
  ])('not with %s', (_name, more, state, text) => {
    expect(launcher(recommended(more))).toEqual({ state, said: [`${MORE} ${text}`] });
  });
});

describe('the runner', () => {
  test('nerdctl-compose is treated alike, with a note', () => {
    const { said: lines, state } = launcher(recommended(), { runner: 'nerdctl-compose' });
    expect({ lines, state }).toEqual({
      state: 'passed',
      lines: ['- information runner: the runner is nerdctl-compose; the file is read by the rules of docker compose'],
    });
  });

  test('bash runs no compose file, whatever else is there', () => {
    const found = review(recommended(), {}, { runner: 'bash', bash_script: 'exit', public_logs: true });
    expect(said(found, 'compose.launcher')).toEqual([
      '- failed docker_compose_file: there is no compose file for the runner bash',
    ]);
    expect(found).toMatchObject({
      file: undefined,
      launcher: undefined,
      program: undefined,
      pin: undefined,
      pinText: undefined,
    });
    expect(troubles(found)).toEqual({
      'compose.launcher': 'failed',
      'compose.pin': 'not-checked',
      'compose.pin-bound': 'not-checked',
      'compose.override': 'not-checked',
      'compose.sharing': 'not-checked',
      'compose.services': 'not-checked',
      'compose.persistence': 'not-checked',
      'compose.images': 'not-checked',
      'compose.scripts': 'failed',
      'compose.commands': 'not-checked',
      'compose.child-env': 'not-checked',
    });
    expect(said(found, 'compose.images', true)).toEqual(['- information : there is no compose file']);
    expect(said(found, 'compose.exposure', true)).toHaveLength(1);
    expect(
      said(review(recommended(), {}, { runner: 'bash', allowed_envs: ['LD_PRELOAD'] }), 'compose.environment'),
    ).toHaveLength(1);
  });

  test('any other one fails', () => {
    expect(launcher(recommended(), { runner: 'podman' }).said).toEqual([
      '- failed runner: the runner is podman, which does not run the compose file',
    ]);
    expect(launcher(recommended(), { runner: undefined }).said).toEqual([
      '- failed runner: app-compose names no runner, so nothing says that the compose file is run',
    ]);
  });

  test('without a compose file fails', () => {
    const found = review('', {}, { docker_compose_file: undefined });
    expect(said(found, 'compose.launcher')).toEqual([
      '- failed docker_compose_file: there is no compose file for the runner docker-compose',
    ]);
    expect(said(review('', {}, { docker_compose_file: undefined, runner: undefined }), 'compose.launcher')).toEqual([
      '- failed docker_compose_file: there is no compose file for the runner (none)',
    ]);
  });
});

describe('a launcher that is not found', () => {
  const pin = 'environment: {LAUNCHER_CONFIG: x}';
  const looks = 'the image of app, which looks like the launcher,';
  test.each<[string, string, string, string]>([
    [
      'nothing like it',
      service(`image: ${OTHER_IMAGE}`),
      'failed',
      '- failed services: no service runs the image of a launcher',
    ],
    [
      'nothing like it, nor an image',
      service('init: true'),
      'failed',
      '- failed services: no service runs the image of a launcher',
    ],
    [
      'by no image, with a variable elsewhere',
      service('environment: {LAUNCHER_CONFIG: "${X}"}'),
      'not-bound',
      `2 not-bound services.app: ${looks} is not named by its digest`,
    ],
    [
      'by a tag',
      service('image: launcher:latest', pin),
      'not-bound',
      `3 not-bound services.app.image: ${looks} is not named by its digest`,
    ],
    ['by no image at all', service(pin), 'not-bound', `2 not-bound services.app: ${looks} is not named by its digest`],
    [
      'by another digest',
      service(`image: ${OTHER_IMAGE}`, pin),
      'failed',
      `3 failed services.app.image: ${looks} is ${OTHER}; expected: ${LAUNCHER}, ${LEGACY}`,
    ],
    [
      'by a variable',
      service('image: "${IMAGE}"', pin),
      'not-bound',
      `3 not-bound services.app.image: ${looks} is not decided by the text: it is left to the variable IMAGE`,
    ],
    [
      'by a variable in the digest',
      service(`image: "x@\${D:-${LAUNCHER}}"`),
      'not-bound',
      '3 not-bound services.app.image: the image of app is not decided by the text: it is left to the variable D',
    ],
  ])('%s', (_name, text, state, line) => {
    expect(launcher(text)).toEqual({ state, said: [line] });
  });

  test('two of them', () => {
    const found = review(recommended([], ['  second:', `    image: other@${LEGACY}`]));
    expect(said(found, 'compose.launcher')).toEqual([
      "12 failed services.second: second runs a launcher's image too, after workload",
    ]);
    expect(found.launcher).toBeUndefined();
    expect(troubles(found)['compose.pin']).toBe('not-checked');
  });
});

describe('roles', () => {
  const rolesOf = (...lines: string[]) => {
    const roles = findRoles(
      readCompose(
        ['services:', `  a: {image: "${IMAGE}"}`, `  b: {image: "${IMAGE}", ${lines.join(', ')}}`, ''].join('\n'),
      ),
      [LAUNCHER],
    );
    return Object.fromEntries(
      Object.entries(roles).map(([role, services]) => [role, services.map(({ name }: { name: string }) => name)]),
    );
  };
  const isResponder = { launchers: ['a'], responders: ['b'], others: [] };
  const isLauncher = { launchers: ['a', 'b'], responders: [], others: [] };

  test.each([['entrypoint: twl-attest'], ['entrypoint: [twl-attest]'], ['entrypoint: [twl-attest], command: ']])(
    '%s is the responder',
    (line) => {
      expect(rolesOf(line)).toEqual(isResponder);
    },
  );

  test.each([
    // To an image whose entry point is the launcher this is the path of a config.
    ['command: twl-attest'],
    ['command: [twl-attest]'],
    ['entrypoint: [], command: twl-attest'],
    ['entrypoint: [twl-attest], command: []'],
    ['entrypoint: [twl-attest, x]'],
    ['entrypoint: []'],
    ['command: [twl-attest, x]'],
    ['command: [/bin/twl-attest]'],
    ['command: "twl-attest ${X}"'],
    ['entrypoint: [sh], command: [twl-attest]'],
    ['entrypoint: [twl-attest], command: [x]'],
    ['entrypoint: [twl-attest], command: [twl-attest]'],
    ['entrypoint: "${X}", command: [twl-attest]'],
    ['entrypoint: "${X}"'],
    ['entrypoint: twl-attest; x'],
    ['command: []'],
    ['init: true'],
  ])('%s is not', (line) => {
    expect(rolesOf(line)).toEqual(isLauncher);
  });

  test('another image is neither', () => {
    const file = readCompose(`services: {a: {image: "${OTHER_IMAGE}", command: twl-attest}, b: {}}`);
    expect(findRoles(file, [LAUNCHER]).others.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('proposals', () => {
  const proposed = (text: string): string[] => proposeLaunchers(readCompose(text)).map(({ name }) => name);
  test.each<[string, string, string[]]>([
    [
      'the variable',
      'services: {a: {environment: [LAUNCHER_CONFIG=x]}, b: {environment: [LAUNCHER_CONFIGS=x]}}',
      ['a'],
    ],
    [
      'a default path',
      'services: {a: {volumes: ["./x:/etc/git-launcher/config.conf"]}, b: {volumes: ["./x:/etc/git-launcher"]}}',
      ['a'],
    ],
    [
      'what reads like a pin',
      'services: {a: {configs: [c]}, b: {configs: [d]}, e: {configs: [f]}}\nconfigs: {c: {content: "X=1\\n  COMMIT_SHA=${C:?no}"}, d: {content: "#COMMIT_SHA="}, f: {file: x}}',
      ['a'],
    ],
    [
      'nothing that a volume or a secret of that name holds',
      'services: {a: {secrets: [c], volumes: ["c:/x"]}}\nconfigs: {c: {content: "COMMIT_SHA="}}',
      [],
    ],
    ['nothing where the config is no map', 'services: {a: {configs: [c, "${C}"]}}\nconfigs: {c: x}', []],
    ['nothing', 'services: {a: {configs: [c], secrets: [c], volumes: ["vol:/x"]}}\nsecrets: {c: {file: x}}', []],
  ])('by %s', (_name, text, expected) => {
    expect(proposed(text)).toEqual(expected);
  });
});
