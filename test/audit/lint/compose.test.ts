import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { IMAGE, LAUNCHER, LEGACY, MORE, OTHER, OTHER_IMAGE, PIN, recommended } from '../../compose/support.ts';
import { look, said, states, thrownBy } from './support.ts';

const example = readFileSync(new URL('../../../examples/compose-mounted/docker-compose.yml', import.meta.url), 'utf8');
const CANONICAL = [...PIN, 'ENTRYPOINT_SCRIPT=tee-launch.sh', 'SUBMODULES=no', 'RECEIPT=auto', ''].join('\n');
const SCRIPTS_ELSEWHERE = { 'compose.scripts': 'not-applicable' };

const app = (composeText: string, rest: object = {}): string =>
  JSON.stringify({
    manifest_version: 2,
    name: 'a',
    runner: 'docker-compose',
    docker_compose_file: composeText,
    ...rest,
  });

/** A policy that names the launcher. */
const NAMED = {
  launchers: [
    { value: { digest: LAUNCHER, program: 'trusted-workload-launcher' as const }, source: 'policy org.toml:3' },
    { value: { digest: LEGACY, program: 'git-launcher' as const }, source: 'policy org.toml:7' },
  ],
};

describe('a compose file', () => {
  test('is clean, and what only app-compose says is not passed', () => {
    const report = look(recommended(), {}, 'c.yml');
    expect(report).toMatchObject({
      file: 'c.yml',
      form: 'compose',
      word: 'CLEAN',
      exit: 0,
      composeHash: undefined,
      pin: { canonical: CANONICAL, origin: 'LAUNCHER_CONFIG', line: 5 },
      findings: [],
      notes: [
        'the defaults are those of trusted-workload-launcher; under the name git-launcher they are ENTRYPOINT_SCRIPT=entrypoint.sh, SUBMODULES=ignore',
      ],
    });
    expect(states(report)).toEqual(SCRIPTS_ELSEWHERE);
    const reasons = Object.fromEntries(report.checks.map(({ id, reason }) => [id, reason]));
    expect(reasons).toMatchObject({
      'compose.launcher': 'the runner is named in app-compose.json, which was not looked at',
      'compose.environment': 'allowed_envs is in app-compose.json, which was not looked at',
      'compose.exposure': 'what else is open is said in app-compose.json, which was not looked at',
      'compose.scripts': 'scripts are in app-compose.json; a compose file has none',
      'compose.pin': undefined,
      'compose.images': undefined,
    });
  });

  test('has its launcher recognised where no policy names one, and says so', () => {
    expect(look(recommended()).launchers).toEqual([
      {
        service: 'workload',
        image: IMAGE,
        digest: LAUNCHER,
        program: 'trusted-workload-launcher',
        source: 'recognised by LAUNCHER_CONFIG; no policy names its image',
      },
    ]);
  });

  test('is taken for git-launcher where its default config is mounted', () => {
    const mount = 'configs: [{source: c, target: /etc/git-launcher/config.conf}]';
    const text = recommended([mount], ['configs: {c: {content: x}}']);
    expect(look(text).launchers).toMatchObject([{ program: 'git-launcher' }]);
    const other = text.replace('/etc/git-launcher/', '/etc/other/');
    expect(look(other).launchers).toMatchObject([{ program: 'trusted-workload-launcher' }]);
  });

  test('is taken for git-launcher where its image is named so, and says what the other name makes of it', () => {
    const text = recommended();
    const named = look(text.replace('registry.example/launcher', 'a.example/b/git-launcher:1'));
    expect(named.launchers).toMatchObject([{ program: 'git-launcher' }]);
    expect(named.pin?.canonical).toContain('\nENTRYPOINT_SCRIPT=entrypoint.sh\n');
    expect(named.notes).toEqual([
      'the defaults are those of git-launcher; under the name trusted-workload-launcher they are ENTRYPOINT_SCRIPT=tee-launch.sh, SUBMODULES=no',
    ]);
    const other = look(text.replace('registry.example/launcher', 'git-launcher/b'));
    expect(other.launchers).toMatchObject([{ program: 'trusted-workload-launcher' }]);
    expect(look(recommended([], [], [...PIN, 'ENTRYPOINT_SCRIPT=a', 'SUBMODULES=no'])).notes).toEqual([]);
  });

  test('with its pin in a config is recognised by that', () => {
    const at = '/etc/git-launcher/config.conf';
    const text = [
      'services:',
      '  web:',
      `    image: ${IMAGE}`,
      '    read_only: true',
      `    configs: [{source: pin, target: ${at}}]`,
      'configs:',
      '  pin:',
      '    content: |',
      ...PIN.map((line) => `      ${line}`),
    ].join('\n');
    const report = look(text);
    expect(report).toMatchObject({ exit: 0, pin: { origin: at, line: 8 } });
    expect(report.pin?.canonical).toContain('\nENTRYPOINT_SCRIPT=entrypoint.sh\n');
    expect(report.launchers).toMatchObject([
      { service: 'web', source: 'recognised by its config; no policy names its image' },
    ]);
    expect(said(report, true)).toEqual([
      'compose.persistence 2 information services.web: capabilities are left to the workload: cap_drop has no ALL',
      'compose.persistence 2 information services.web: the workload can gain rights: security_opt has no no-new-privileges',
    ]);
  });

  test('of which the policy names the launcher needs no recognising', () => {
    const report = look(recommended(), NAMED);
    expect(report).toMatchObject({ exit: 0, pin: { canonical: CANONICAL }, notes: [] });
    expect(report.launchers).toEqual([
      {
        service: 'workload',
        image: IMAGE,
        digest: LAUNCHER,
        program: 'trusted-workload-launcher',
        source: 'policy org.toml:3',
      },
    ]);
    const legacy = look(recommended().replace(LAUNCHER, LEGACY), NAMED);
    expect(legacy.launchers).toMatchObject([{ program: 'git-launcher', source: 'policy org.toml:7' }]);
    expect(legacy.pin?.canonical).toContain('ENTRYPOINT_SCRIPT=entrypoint.sh\nSUBMODULES=ignore\n');
  });

  test('with a launcher that the policy does not name is rejected', () => {
    const report = look(recommended().replace(LAUNCHER, OTHER), NAMED);
    expect(report).toMatchObject({ word: 'REJECTED', exit: 10, launchers: [], pin: undefined });
    expect(said(report)[0]).toMatch(
      `compose.launcher 3 failed services.workload.image: the image of workload, which looks like the launcher, is ${OTHER}; expected: ${LAUNCHER}, ${LEGACY}`,
    );
    expect(look(recommended(), { launchers: [] })).toMatchObject({ exit: 10, launchers: [] });
  });

  test('has findings with line, id and what to do', () => {
    const report = look(recommended(['user: "0"', 'privileged: true']));
    expect(report).toMatchObject({ word: 'REJECTED', exit: 10 });
    expect(said(report)).toEqual([
      `compose.override ${MORE} failed services.workload.user: user is not among the keys that leave the launcher what its image makes it`,
      `compose.override ${MORE + 1} failed services.workload.privileged: privileged is not among the keys that leave the launcher what its image makes it`,
    ]);
    expect(report.findings[0]?.hint).toBe('remove it: what the image does is to stay as it was built');
  });

  test('that leaves the pin to a variable is not bound', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose's own variable
    const report = look(recommended([], [], [...PIN, 'TREE_SHA256=${TREE}']));
    expect(report).toMatchObject({ word: 'NOT BOUND', exit: 11, pin: undefined });
    expect(said(report)).toEqual([
      'compose.pin-bound 9 not-bound services.workload.environment.LAUNCHER_CONFIG: the pin is not decided by the text: it is left to the variable TREE',
    ]);
    expect(report.findings[0]?.hint).toBe('write the whole pin as text into LAUNCHER_CONFIG of the service');
    expect(report.checks.find(({ id }) => id === 'compose.pin')).toMatchObject({
      state: 'not-checked',
      reason: 'the text does not decide what the pin is',
    });
  });

  test('with a pin that is none is malformed, with the line in the file and the parser’s own advice', () => {
    const report = look(recommended([], [], [...PIN, 'SUBMODULE=no']));
    expect(report).toMatchObject({ word: 'MALFORMED', exit: 30, pin: undefined });
    expect(said(report)).toEqual([
      "compose.pin 9 failed services.workload.environment.LAUNCHER_CONFIG: unknown config key 'SUBMODULE' at LAUNCHER_CONFIG:4:1",
    ]);
    expect(report.findings[0]?.hint).toBe('did you mean SUBMODULES?');
  });

  test('says 10 before 30 and 11', () => {
    expect(look(recommended(['privileged: true'], [], ['A=b'])).exit).toBe(10);
  });

  test('with the placeholder of the example is rejected at the line of the image', () => {
    const report = look(example);
    expect(report).toMatchObject({ exit: 10, pin: { origin: 'LAUNCHER_CONFIG' } });
    expect(said(report)).toEqual([
      'compose.launcher 10 failed services.workload.image: the digest of the image is a placeholder, all zeros',
    ]);
    expect(report.findings[0]?.hint).toBe('write the digest of the launcher image whose provenance you checked');
    expect(look(example.replace(/sha256:0{64}/, LAUNCHER))).toMatchObject({ exit: 0, findings: [] });
    expect(look(example.replace(/sha256:0{64}/, `sha256:${'0'.repeat(63)}1`))).toMatchObject({ exit: 0 });
  });

  test('with a placeholder beside a policy is told once', () => {
    expect(said(look(example, NAMED)).filter((text) => text.startsWith('compose.launcher'))).toHaveLength(1);
  });

  test('with an image by its tag shows the pin all the same', () => {
    const report = look(recommended().replace(`@${LAUNCHER}`, ':1.2'));
    expect(report).toMatchObject({ word: 'NOT BOUND', exit: 11, pin: { canonical: CANONICAL, line: 5 } });
    expect(report.launchers).toMatchObject([{ image: 'registry.example/launcher:1.2', digest: undefined }]);
    expect(said(report)).toContain(
      'compose.launcher 3 not-bound services.workload.image: the image of workload, which looks like the launcher, is not named by its digest',
    );
    expect(states(report)).toMatchObject({ 'compose.override': 'not-checked', 'compose.images': 'not-bound' });
    expect(states(report)).not.toHaveProperty('compose.services');
  });

  test('with an image by its tag beside a launcher runs beside it', () => {
    const second = ['  workload2:', '    image: a/b:1', '    environment:', '      LAUNCHER_CONFIG: x'];
    const report = look(recommended([], second));
    expect(said(report)[0]).toMatch(/^compose\.services 12 failed services\.workload2: workload2 runs beside/);
    const without = recommended([], second).replace(`@${LAUNCHER}`, ':1');
    expect(states(look(without))).toMatchObject({ 'compose.launcher': 'not-bound' });
    expect(states(look(without))).not.toHaveProperty('compose.services');
    expect(states(look(`${without}  third:\n    image: c\n`))).toMatchObject({ 'compose.services': 'failed' });
  });

  test('with an image left to a variable has none to show', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose's own variable
    expect(look(recommended().replace(IMAGE, '${IMAGE}')).launchers).toMatchObject([
      { image: undefined, digest: undefined },
    ]);
  });

  test('with two launchers shows the pin of neither', () => {
    const second = ['  other:', `    image: ${IMAGE}`, '    environment:', '      LAUNCHER_CONFIG: x'];
    const report = look(recommended([], second));
    expect(report).toMatchObject({ exit: 10, pin: undefined });
    expect(report.launchers).toHaveLength(2);
  });

  test('without any is rejected', () => {
    const report = look(`services:\n  a:\n    image: ${OTHER_IMAGE}\n`);
    expect(report).toMatchObject({ exit: 10, launchers: [], pin: undefined });
    expect(said(report)[0]).toBe('compose.launcher - failed services: no service runs the image of a launcher');
  });

  test('has a neighbour only where a policy admits it', () => {
    const text = recommended([], ['  cache:', `    image: ${OTHER_IMAGE}`]);
    expect(look(text)).toMatchObject({ exit: 10 });
    expect(said(look(text))[0]).toMatch(/^compose\.services 12 failed services\.cache: cache runs beside the launcher/);
    const admitted = look(text, { services: [{ value: { digest: OTHER }, reason: 'r', source: 'policy org.toml:9' }] });
    expect(admitted).toMatchObject({ exit: 0 });
    expect(said(admitted, true)[0]).toMatch(/cache is admitted by policy org\.toml:9/);
    const other = look(text, { services: [{ value: { digest: OTHER, definition: 'ab' }, reason: 'r', source: 's' }] });
    expect(other).toMatchObject({ exit: 10 });
  });

  test('tells of open ports without failing', () => {
    const report = look(recommended(['ports: ["80:80"]']));
    expect(report).toMatchObject({ exit: 0 });
    expect(report.findings).toEqual([
      {
        id: 'compose.exposure',
        severity: 'information',
        line: MORE,
        path: 'services.workload.ports[0]',
        text: 'workload opens the port 80:80',
        hint: 'nothing, where this is meant',
      },
    ]);
  });

  test.each<[string, string | Uint8Array, string]>([
    ['a duplicate key', 'services:\n  a: {}\n  a: {}\n', 'c.yml:3: '],
    ['a duplicate key far down', `services:${'\n'.repeat(1000)}  a: {}\n  a: {}\n`, 'c.yml:1002: '],
    ['a byte order mark', '\ufeffservices:\n  a: {}\n', 'c.yml'],
    ['no services', 'version: "3"\n', 'c.yml: services is no map'],
    ['JSON without services', '{}', 'c.yml: services is no map'],
    ['no UTF-8', Buffer.from([...Buffer.from('services:\n'), 0xff]), 'c.yml: it is not UTF-8'],
    ['too much', `services:\n${'#'.repeat(256 * 1024)}`, 'c.yml: it is larger than 262144 bytes'],
  ])('that cannot be read is an error: %s', (_, text, start) => {
    const error = thrownBy(() => look(text, {}, 'c.yml'));
    expect(error).toMatchObject({ code: 'malformed-compose', exitCode: 30, hint: expect.stringMatching(/./) });
    expect((error as Error).message.startsWith(start)).toBe(true);
    expect((error as Error).message).not.toContain('compose file');
    expect((error as Error).cause).toBeInstanceOf(Error);
  });
});

describe('an app-compose', () => {
  test('is clean, all of it looked at, its hash said', () => {
    const text = app(recommended());
    const report = look(text);
    expect(report).toMatchObject({
      form: 'app-compose',
      exit: 0,
      composeHash: createHash('sha256').update(text).digest('hex'),
      pin: { canonical: CANONICAL, line: 5 },
      findings: [],
    });
    expect(states(report)).toEqual({});
    expect(report.checks.filter(({ reason }) => reason !== undefined)).toEqual([]);
  });

  test('has scripts, names and switches of its own', () => {
    const script = 'echo a';
    const text = app(recommended(), { pre_launch_script: script, allowed_envs: ['LD_PRELOAD'], public_logs: true });
    const report = look(text);
    expect(report).toMatchObject({ exit: 10 });
    expect(states(report)).toMatchObject({ 'compose.scripts': 'failed', 'compose.environment': expect.any(String) });
    expect(said(report, true).at(-1)).toBe(
      'compose.exposure - information public_logs: anybody can read the logs of the containers',
    );
    const sha256 = createHash('sha256').update(script).digest('hex');
    const known = look(app(recommended(), { pre_launch_script: script }), {
      scripts: [{ value: { sha256, name: 'a script' }, reason: 'r', source: 's' }],
    });
    expect(known).toMatchObject({ exit: 0 });
  });

  test.each([
    ['bash', {}],
    ['docker-compose', { docker_compose_file: undefined }],
  ])('that runs no compose file is rejected: %s', (runner, rest) => {
    const report = look(app(recommended(), { runner, ...rest }));
    expect(report).toMatchObject({ exit: 10, launchers: [], pin: undefined });
    expect(said(report)[0]).toBe(
      `compose.launcher - failed docker_compose_file: there is no compose file for the runner ${runner}`,
    );
    expect(states(report)).toMatchObject({ 'compose.services': 'not-checked' });
  });

  test('of another runner has a compose file that nobody reads', () => {
    expect(look(app('a: b: c', { runner: 'bash' }))).toMatchObject({ exit: 10, launchers: [], pin: undefined });
  });

  test.each([
    ['{"manifest_version": 2', /^a\.json: .*ends/],
    ['{"manifest_version": 2, "manifest_version": 2}', /^a\.json: /],
    [app('services: {}', { name: 5 }), /^a\.json: app-compose\.json: name is of type number, not a string$/],
    [app('services: {}', { key_provider: 'x' }), /^a\.json: .*key_provider 'x' is none of/],
    [JSON.stringify({ manifest_version: 2 }), /^a\.json: .*name is missing$/],
  ])('that the guest would refuse is an error: %s', (text, message) => {
    expect(thrownBy(() => look(text, {}, 'a.json'))).toMatchObject({
      code: 'malformed-app-compose',
      exitCode: 30,
      message: expect.stringMatching(message),
      hint: expect.stringContaining('dstack'),
      cause: expect.any(Error),
    });
  });

  test('with a compose file that cannot be read names the line inside', () => {
    expect(thrownBy(() => look(app('services:\n  a: {}\n  a: {}\n'), {}, 'a.json'))).toMatchObject({
      code: 'malformed-compose',
      message: expect.stringMatching(/^a\.json: docker_compose_file:3: /),
    });
  });
});

test('what is none of the three is an error', () => {
  expect(thrownBy(() => look('hello\n', {}, 'a\u001b.txt'))).toMatchObject({
    code: 'not-recognised',
    exitCode: 30,
    message: 'a\\x1b.txt: no config, no compose file and no app-compose',
    hint: 'a config begins with KEY=VALUE, a compose file with services:, an app-compose with {',
  });
});
