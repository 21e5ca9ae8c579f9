// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { appFactsOf } from '../../src/compose/app-facts.ts';
import { JsonError } from '../../src/base/json-error.ts';
import { IMAGE, LAUNCHER, MORE, OTHER_IMAGE, PIN, recommended, review, said, troubles } from './support.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('facts of app-compose', () => {
  test('all of them', () => {
    expect(
      appFactsOf({
        runner: 'bash',
        docker_compose_file: 'x',
        allowed_envs: ['A'],
        init_script: ['a', '', 'b'],
        pre_launch_script: 'c',
        bash_script: 'd',
        public_logs: true,
        public_tcbinfo: false,
        name: 5,
      }),
    ).toEqual({
      runner: 'bash',
      composeText: 'x',
      allowedEnvs: ['A'],
      scripts: [
        { name: 'init_script[0]', text: 'a' },
        { name: 'init_script[2]', text: 'b' },
        { name: 'pre_launch_script', text: 'c' },
        { name: 'bash_script', text: 'd' },
      ],
      exposure: { public_logs: true, public_tcbinfo: false },
      verityVolumes: [],
      hasDockerConfig: false,
      strangeKeys: [],
    });
  });

  test('none of them', () => {
    const nothing = {
      runner: undefined,
      composeText: undefined,
      allowedEnvs: [],
      scripts: [],
      exposure: {},
      verityVolumes: [],
      hasDockerConfig: false,
      strangeKeys: [],
    };
    expect(appFactsOf({})).toStrictEqual(nothing);
    expect(
      appFactsOf({
        runner: null,
        docker_compose_file: null,
        allowed_envs: null,
        init_script: null,
        pre_launch_script: '',
        public_logs: null,
        bash_script: 'unused',
      }),
    ).toEqual(nothing);
    expect(appFactsOf({ init_script: 'a' }).scripts).toEqual([{ name: 'init_script', text: 'a' }]);
  });

  test.each<[string, unknown]>([
    ['runner', 1],
    ['docker_compose_file', {}],
    ['allowed_envs', 'A'],
    ['allowed_envs', [1]],
    ['init_script', 1],
    ['init_script', [1]],
    ['pre_launch_script', 7],
    ['public_logs', 'true'],
    ['gateway_enabled', 1],
    ['verity_volumes', 1],
  ])('%s of another type is an error', (key, value) => {
    expect(() => appFactsOf({ [key]: value })).toThrow(JsonError);
    expect(() => appFactsOf({ [key]: value })).toThrow(key);
  });
});

describe('compose.scripts', () => {
  const text = '#!/bin/bash\necho é\n';
  test.each(['pre_launch_script', 'init_script'])('an unknown %s', (key) => {
    const found = review(recommended(), { knownScripts: [{ sha256: sha256('x'), name: 'x' }] }, { [key]: text });
    expect(said(found, 'compose.scripts')).toEqual([
      `- failed ${key}: ${key} runs as root on the machine and is not known (SHA-256 ${sha256(text)})`,
    ]);
    expect(troubles(found)).toEqual({ 'compose.scripts': 'failed' });
  });

  test('a known one', () => {
    const found = review(
      recommended(),
      { knownScripts: [{ sha256: sha256(text), name: 'script 1.0' }] },
      { pre_launch_script: text },
    );
    expect(said(found, 'compose.scripts', true)).toEqual([
      `- information pre_launch_script: pre_launch_script is script 1.0 (SHA-256 ${sha256(text)})`,
    ]);
    expect(troubles(found)).toEqual({});
  });

  test('a bash_script that no runner runs', () => {
    expect(troubles(review(recommended(), {}, { bash_script: 'x', pre_launch_script: '' }))).toEqual({});
  });
});

describe('compose.images', () => {
  const images = (lines: readonly string[], after: readonly string[] = []): string[] =>
    said(review(recommended([], ['  b:', ...lines.map((line) => `    ${line}`), ...after])), 'compose.images');
  const changeable = 'is named without a digest, so that it can become another image';

  test.each<[string, string[], string[]]>([
    ['a tag', ['image: redis:7'], [`13 not-bound services.b.image: redis:7 ${changeable}`]],
    ['nothing but a name', ['image: redis'], [`13 not-bound services.b.image: redis ${changeable}`]],
    [
      'a variable',
      ['image: "redis@${D}"'],
      ['13 not-bound services.b.image: the image of b is not decided by the text: it is left to the variable D'],
    ],
    [
      'a digest of another kind',
      ['image: redis@sha512:00'],
      ['13 failed services.b.image: redis@sha512:00 is no image reference'],
    ],
    ['a list', ['image: [a]'], ['13 failed services.b.image: the image is no image reference']],
    ['no image', ['init: true'], ['12 failed services.b: b has no image']],
    [
      'a build',
      ['build: .', `image: ${OTHER_IMAGE}`],
      ['13 not-bound services.b.build: b is built from files that the attested text does not hold'],
    ],
    [
      'a build by its policy',
      [`image: ${OTHER_IMAGE}`, 'pull_policy: build'],
      ['14 not-bound services.b.pull_policy: b is built, not pulled by its digest'],
    ],
    ['a definition elsewhere', ['extends: a'], ['12 not-bound services.b: which image b runs is said elsewhere']],
    ['a provider', ['provider: {type: x}'], ['12 not-bound services.b: which image b runs is said elsewhere']],
  ])('%s', (_name, lines, expected) => {
    expect(images(lines)).toEqual(expected);
  });

  test.each([
    [[`image: ${OTHER_IMAGE}`]],
    [[`image: redis:7@${LAUNCHER}`, 'pull_policy: always']],
    [[`image: ${OTHER_IMAGE}`, 'extends: a']],
  ])('%s is pinned', (lines) => {
    expect(images(lines)).toEqual([]);
  });
});

describe('compose.commands', () => {
  const commands = (pin: readonly string[]) => said(review(recommended([], [], pin)), 'compose.commands', true);
  test('are shown', () => {
    const where = 'information services.workload.environment.LAUNCHER_CONFIG';
    expect(commands([...PIN, 'RUN_CMD=exec node a.js', 'INSTALL_CMD=npm ci'])).toEqual([
      `5 ${where}: INSTALL_CMD is trusted as it stands: npm ci`,
      `5 ${where}: RUN_CMD is trusted as it stands: exec node a.js`,
    ]);
    expect(commands([...PIN, 'RUN_CMD=x'])).toEqual([`5 ${where}: RUN_CMD is trusted as it stands: x`]);
    expect(commands(PIN)).toEqual([]);
    expect(commands(['x'])).toEqual(['- information : there is no pin to look at']);
  });
});

describe('compose.child-env', () => {
  const pin = [...PIN, 'CHILD_ENV_FILE=/run/child.env', 'ALLOW_ENV=NODE_OPTIONS'];
  const child = (lines: readonly string[], after: readonly string[]) => {
    const found = review(recommended(lines, after, pin));
    return { state: found.results['compose.child-env'].state, said: said(found, 'compose.child-env') };
  };
  const config = ['configs: [{source: e, target: /run/child.env}]'];
  const inline = (...text: string[]) => ['configs:', '  e:', '    content: |', ...text.map((line) => `      ${line}`)];

  test('held by the text', () => {
    expect(child(config, inline('A=1', 'NODE_OPTIONS=x'))).toEqual({ state: 'passed', said: [] });
  });

  test('refused by the launcher, at the line', () => {
    expect(child(config, inline('A=1', 'LD_PRELOAD=x'))).toEqual({
      state: 'failed',
      said: [
        '19 failed configs.e.content: LD_PRELOAD steers the dynamic loader, and is not allowed at /run/child.env:2:1',
      ],
    });
  });

  test.each<[string, string[], string]>([
    [
      'in a bind mount',
      ['volumes: ["./e:/run/child.env"]'],
      '14 not-bound services.workload.volumes[0]: CHILD_ENV_FILE comes from a path of the host, whose bytes the attested text does not hold',
    ],
    [
      'in the image',
      [],
      '2 not-bound services.workload: CHILD_ENV_FILE is in the image at /run/child.env, or nowhere: no inline config is mounted there',
    ],
    [
      'in a secret',
      ['secrets: [{source: e, target: /run/child.env}]'],
      '14 not-bound services.workload.secrets[0]: CHILD_ENV_FILE comes from a secret, whose bytes the attested text does not hold',
    ],
  ])('%s', (_name, lines, expected) => {
    expect(child(lines, [])).toEqual({ state: 'not-bound', said: [expected] });
  });

  test('with a variable', () => {
    expect(child(config, inline('A=1', 'B=$B'))).toEqual({
      state: 'not-bound',
      said: ['19 not-bound configs.e.content: CHILD_ENV_FILE is not decided by the text: it is left to the variable B'],
    });
  });
});

describe('compose.persistence', () => {
  const persistence = (text: string): string[] => said(review(text), 'compose.persistence', true);
  const writable =
    'the launcher lies in a layer that the workload can write to, so the next start of the container may be another: set read_only';
  const rw = (line: string): string => recommended().replace('    read_only: true\n', line);

  test('a container that can be written to', () => {
    expect(persistence(rw(''))).toEqual([`2 not-bound services.workload: ${writable}`]);
    expect(persistence(rw('    read_only: false\n'))).toEqual([`9 not-bound services.workload.read_only: ${writable}`]);
    expect(persistence(rw('    read_only: "${R:-true}"\n'))).toEqual([
      '9 not-bound services.workload.read_only: whether the container can be written to is not decided by the text: it is left to the variable R',
    ]);
    expect(persistence(rw('    read_only: "ON"\n'))).toEqual([]);
  });

  test('a pin in a file of that layer', () => {
    const text = [
      'services:',
      '  a:',
      `    image: ${IMAGE}`,
      '    command: /c',
      '    configs: [c]',
      '    cap_drop: [all]',
      '    security_opt: [no-new-privileges]',
      'configs: {c: {content: x}}',
      '',
    ].join('\n');
    expect(persistence(text)).toEqual([`2 not-bound services.a: the pin and ${writable.replace('lies', 'lie')}`]);
  });

  test.each<[string, string]>([
    ['/var/run/docker.sock:/x:ro', 'with /var/run/docker.sock the workload can start and change containers'],
    ['/var/lib/docker:/x', 'with /var/lib/docker the workload can start and change containers'],
    ['/etc:/x', 'with /etc the workload can change files of the machine'],
  ])('%s', (mount, text) => {
    expect(persistence(recommended([`volumes: ["${mount}"]`]))).toEqual([
      `${MORE} not-bound services.workload.volumes[0]: ${text}`,
    ]);
  });

  test.each(['/etc/hosts:/x:ro', '/var/run/dstack.sock:/x', '/srv/x:/x', 'data:/x', './data:/x'])(
    '%s is harmless',
    (mount) => {
      expect(persistence(recommended([`volumes: ["${mount}"]`]))).toEqual([]);
    },
  );

  test('rights that are left to it are told', () => {
    expect(persistence(recommended().replace('cap_drop: [ALL]', 'cap_drop: [NET_RAW]'))).toEqual([
      '2 information services.workload: capabilities are left to the workload: cap_drop has no ALL',
    ]);
    expect(persistence(recommended().replace("['no-new-privileges:true']", '[]'))).toEqual([
      '2 information services.workload: the workload can gain rights: security_opt has no no-new-privileges',
    ]);
    expect(persistence(recommended().replace('cap_drop: [ALL]', 'cap_drop: [all]'))).toEqual([]);
    expect(persistence(recommended().replace('cap_drop: [ALL]', 'cap_drop: [$X, {a: b}]'))).toHaveLength(1);
    for (const option of ['label=disable', 'no-new-privileges:false', '$X']) {
      expect(persistence(recommended().replace('no-new-privileges:true', option))).toEqual([
        '2 information services.workload: the workload can gain rights: security_opt has no no-new-privileges',
      ]);
    }
  });
});

describe('compose.exposure', () => {
  test('is told and fails nothing', () => {
    const flags = { public_logs: true, public_sysinfo: true, public_tcbinfo: true, gateway_enabled: true };
    const found = review(
      recommended(['ports: ["8080:80", {target: 80, published: "90"}, {target: 70}, "${P}:1"]']),
      {},
      flags,
    );
    expect(said(found, 'compose.exposure', true)).toEqual([
      '- information public_logs: anybody can read the logs of the containers',
      '- information public_sysinfo: anybody can read figures of the machine',
      '- information public_tcbinfo: anybody can read the evidence, app-compose included',
      '- information gateway_enabled: the gateway leads to the ports of the machine',
      `${MORE} information services.workload.ports[0]: workload opens the port 8080:80`,
      `${MORE} information services.workload.ports[1]: workload opens the port 90`,
      `${MORE} information services.workload.ports[2]: workload opens the port 70`,
      `${MORE} information services.workload.ports[3]: workload opens the port that a variable names`,
    ]);
    expect(troubles(found)).toEqual({});
    expect(said(review(recommended(), {}, { public_logs: false }), 'compose.exposure', true)).toEqual([]);
  });
});
