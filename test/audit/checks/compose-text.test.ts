// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CheckId } from '../../../src/audit/check-ids.ts';
import { composeChecks } from '../../../src/audit/checks/compose.ts';
import { KNOWN_SCRIPTS, type KnownScript } from '../../../src/audit/known-scripts.ts';
import type { ImageContents } from '../../../src/audit/looked-image.ts';
import type { Outcome } from '../../../src/audit/outcome.ts';
import type { Policy } from '../../../src/audit/policy/policy.ts';
import { COMPOSE_CHECK_IDS } from '../../../src/compose/findings.ts';
import { composeFile, DEFAULT_PIN } from '../../mocks/deployment/app-compose.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import { composeWith } from './launcher-support.ts';
import { BROKEN, broken, changed, deploy, goodInfo, infoOf, LAUNCHER, ORIGIN, policy, run, stated } from './support.ts';

const byId = new Map(composeChecks.map((check) => [check.id, check]));

/** A pin that both names of the launcher read alike. */
const WHOLE_PIN = `${DEFAULT_PIN}\nENTRYPOINT_SCRIPT=tee-launch.sh\nSUBMODULES=no`;

/** What a check comes to for a deployment with these options, whatever stands below it. */
const outcome = (id: CheckId, options: DeploymentOptions = {}, demands: Partial<Policy> = {}): Outcome =>
  run(byId.get(id)!, infoOf(deploy(options)), policy(demands));

/** Of a saved answer nothing is fetched. */
const UNSEEN_GRAMMAR =
  'it is read by grammar 1; which one the image reads was not looked at: its config was not fetched';

const launchers = [stated(LAUNCHER)];
const of =
  (state: Outcome['state'], exit: number) =>
  (summary: unknown, details: readonly unknown[] = []) => ({
    state,
    exit,
    summary,
    origins: [ORIGIN.appCompose],
    details,
  });
const pass = of('passed', 0);
const fail = of('failed', 10);
const unbound = of('not-bound', 11);
const unchecked = of('not-checked', 13);

test('there is one check for each area of the compose text, in the order of the report', () => {
  expect(composeChecks.map(({ id }) => id)).toEqual(COMPOSE_CHECK_IDS);
  for (const { step, from, citation } of composeChecks) {
    expect(step).toBe('attestation');
    expect(from).toBe('the measured app-compose and the compose file inside of it');
    expect(citation).toBe('Compose Specification; the rules of dstack app-compose');
  }
});

describe('the recommended file', () => {
  test.each<[CheckId, string, string[]?]>([
    ['compose.launcher', 'one service runs the launcher'],
    ['compose.pin', 'the pin is well formed', [UNSEEN_GRAMMAR]],
    ['compose.pin-bound', 'every character of the pin is measured'],
    ['compose.override', 'no key changes how the launcher starts'],
    ['compose.environment', 'no variable steers the launcher'],
    ['compose.sharing', 'no other service holds what the launcher relies on'],
    ['compose.services', 'no service beside the launcher that was not admitted'],
    ['compose.persistence', 'the container is read-only'],
    ['compose.images', 'every image is named by digest'],
    ['compose.scripts', 'no script that nobody has read'],
    ['compose.commands', 'the pin runs the entry script alone'],
    ['compose.child-env', "nothing outside the measured text sets the workload's environment"],
    [
      'compose.exposure',
      'the machine shows something to the outside, or can be reached from there',
      [
        'public_logs: anybody can read the logs of the containers',
        'public_sysinfo: anybody can read figures of the machine',
      ],
    ],
  ])('%s passes, with a policy that names the image and without', (id, summary, details = []) => {
    expect(outcome(id, {}, { launchers })).toEqual(pass(summary, details));
    // Without one the pin has to say what the two names of the launcher fill in differently.
    expect(outcome(id, { pin: WHOLE_PIN })).toEqual(pass(summary, details));
  });
});

const INLINE = [
  'services:',
  '  workload:',
  `    image: registry.example/launcher@${LAUNCHER.digest}`,
  '    read_only: true',
  '    configs: [{ source: pin, target: /etc/trusted-workload-launcher/launcher.conf }]',
  '    command: [/etc/trusted-workload-launcher/launcher.conf]',
  'configs:',
  '  pin:',
  '    content: |',
  ...DEFAULT_PIN.split('\n').map((line) => `      ${line}`),
  '',
].join('\n');

describe('each trick, and its harmless twin', () => {
  test.each<[string, CheckId, string, object, string]>([
    [
      'a profile',
      'compose.launcher',
      composeWith('    read_only', '    profiles: [later]\n    read_only'),
      fail('line 9: services.workload.profiles: workload has a profile, so it is not started by itself'),
      composeWith('    read_only', '    profiles: []\n    read_only'),
    ],
    [
      'none of it started',
      'compose.launcher',
      composeWith('    read_only', '    scale: 0\n    read_only'),
      fail('line 9: services.workload.scale: 0 containers of workload are started, not one'),
      composeWith('    read_only', '    scale: 1\n    read_only'),
    ],
    [
      'a branch in place of a commit',
      'compose.pin',
      composeWith('3b18e512dba79e4c8300dd08aeb37f8e728b8dad', 'main'),
      fail(
        expect.stringMatching(
          /^line 7: services\.workload\.environment\.LAUNCHER_CONFIG: COMMIT_SHA must be a full 40-hex/,
        ),
      ),
      composeWith('3b18e512', '4b18e512'),
    ],
    [
      'a variable in the pin',
      'compose.pin-bound',
      composeWith('3b18e512dba79e4c8300dd08aeb37f8e728b8dad', '${COMMIT:?}'),
      unbound(
        'line 7: services.workload.environment.LAUNCHER_CONFIG: the pin is not decided by the text: it is left to the variable COMMIT',
      ),
      composeFile().replace('REPO_URL', '# $$$${COMMIT}\n        REPO_URL'),
    ],
    [
      'another entry point',
      'compose.override',
      composeWith('    read_only', '    entrypoint: [/bin/sh]\n    read_only'),
      fail(expect.stringMatching(/^line 9: services\.workload\.entrypoint: /)),
      composeWith('    read_only', '    hostname: a\n    read_only'),
    ],
    [
      'a variable that loads code',
      'compose.environment',
      composeWith('      LAUNCHER_CONFIG', '      LD_PRELOAD: /srv/x.so\n      LAUNCHER_CONFIG'),
      fail(expect.stringMatching(/^line 5: services\.workload\.environment.*LD_PRELOAD/)),
      composeWith('      LAUNCHER_CONFIG', '      LANG: C\n      LAUNCHER_CONFIG'),
    ],
    [
      'another service with the work directory',
      'compose.sharing',
      composeWith('services:', 'services:\n  other: { image: a, volumes: [checkout:/x] }'),
      fail(expect.stringMatching(/^line 2: services\.other.*other can write to the work directory$/)),
      composeWith('services:', 'services:\n  other: { image: a, volumes: [another:/x] }').replace(
        'volumes:\n  checkout',
        'volumes:\n  another:\n  checkout',
      ),
    ],
    [
      'a neighbour',
      'compose.services',
      composeWith('services:', 'services:\n  other: { image: a }'),
      fail(expect.stringMatching(/^line 2: services\.other/)),
      composeFile(),
    ],
    [
      'a layer that can be written to',
      'compose.persistence',
      composeWith('    read_only: true\n', ''),
      unbound(expect.stringContaining('so the next start of the container may be another: set read_only')),
      INLINE,
    ],
    [
      'an image without a digest',
      'compose.images',
      composeWith('services:', 'services:\n  other: { image: "a:1" }'),
      unbound('line 2: services.other.image: a:1 is named without a digest, so that it can become another image'),
      composeWith('services:', `services:\n  other: { image: "a:1@sha256:${'ab'.repeat(32)}" }`),
    ],
  ])('%s', (_name, id, compose, expected, twin) => {
    const found = outcome(id, { composeFile: compose }, { launchers });
    expect(found).toEqual({ ...expected, details: expect.any(Array) });
    expect(outcome(id, { composeFile: twin }, { launchers })).toMatchObject({ state: 'passed', exit: 0 });
  });

  test('further findings stand behind the first', () => {
    const compose = composeWith('    read_only', '    entrypoint: [/bin/sh]\n    user: root\n    read_only');
    expect(outcome('compose.override', { composeFile: compose }, { launchers })).toEqual(
      fail(expect.stringMatching(/^line 9: services\.workload\.entrypoint: /), [
        expect.stringMatching(/^line 10: services\.workload\.user: /),
      ]),
    );
  });
});

describe('what only informs', () => {
  test('what the pin runs is shown, and is no failure', () => {
    const pin = `${DEFAULT_PIN}\nINSTALL_CMD=make\nRUN_CMD=./run`;
    const found = outcome('compose.commands', { pin }, { launchers });
    expect(found).toEqual(
      pass('the pin runs commands in place of an entry script', [
        expect.stringContaining('INSTALL_CMD is trusted as it stands: make'),
        expect.stringContaining('RUN_CMD is trusted as it stands: ./run'),
      ]),
    );
  });

  test('a machine that shows nothing', () => {
    const appComposeKeys = { public_logs: false, public_sysinfo: false };
    expect(outcome('compose.exposure', { appComposeKeys })).toEqual(pass('nothing that a reader should know'));
  });

  test('notes beside a pass of another check change nothing of it', () => {
    const composeText = composeWith('    cap_drop: [ALL]\n', '');
    expect(outcome('compose.persistence', { composeFile: composeText })).toEqual(
      pass('the container is read-only', [expect.stringContaining('capabilities are left to the workload')]),
    );
  });
});

describe('scripts', () => {
  const [known] = KNOWN_SCRIPTS;
  const SCRIPT = 'echo hello\n';
  const sha256 = createHash('sha256').update(SCRIPT).digest('hex');
  const scripts = [{ value: { sha256, name: 'a script that I read' }, reason: 'a test', source: 'org.toml line 9' }];

  test('an unknown one fails, by its hash', () => {
    const found = outcome('compose.scripts', { appComposeKeys: { pre_launch_script: SCRIPT } });
    expect(found).toEqual(
      fail(`pre_launch_script: pre_launch_script runs as root on the machine and is not known (SHA-256 ${sha256})`),
    );
  });

  test('one that a policy admits passes, and is named', () => {
    expect(outcome('compose.scripts', { appComposeKeys: { pre_launch_script: SCRIPT } }, { scripts })).toEqual(
      pass('no script that nobody has read', [
        `pre_launch_script: pre_launch_script is a script that I read (SHA-256 ${sha256})`,
      ]),
    );
  });

  test('one that is known here has remarks, which admit nothing', () => {
    expect(known?.remarks.length).toBeGreaterThan(0);
    expect(known?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('the remarks stand behind what is said of the script, in this check alone', () => {
    const table = KNOWN_SCRIPTS as KnownScript[];
    const remarks = ['does one thing', 'does another'];
    table.push({ sha256, name: 'the known one', origin: 'a test', remarks });
    try {
      const options = { appComposeKeys: { pre_launch_script: SCRIPT } };
      const told = remarks.map((remark) => `the known one ${remark}`);
      expect(outcome('compose.scripts', options)).toEqual(fail(expect.stringContaining(sha256), told));
      expect(outcome('compose.scripts', options, { scripts })).toEqual(
        pass('no script that nobody has read', [
          `pre_launch_script: pre_launch_script is a script that I read (SHA-256 ${sha256})`,
          ...told,
        ]),
      );
      expect(outcome('compose.images', options)).toEqual(pass('every image is named by digest'));
    } finally {
      table.pop();
    }
  });
});

describe('who the launcher is', () => {
  test('nobody knows where no service has a pin and no policy names an image', () => {
    const compose = 'services:\n  web:\n    image: nginx:1\n';
    expect(outcome('compose.launcher', { composeFile: compose })).toEqual({
      ...unchecked('no service is given a pin, and no policy names an image of the launcher by digest'),
      details: ['whether an image holds a pin was not looked at: nothing was fetched'],
      hint: 'name the digest in a policy, [[launcher]]; an image without a digest proves nothing',
    });
    expect(outcome('compose.launcher', { composeFile: compose }, { launchers })).toEqual(
      fail('services: no service runs the image of a launcher'),
    );
  });

  test('an image that a policy does not name is not one, whatever it is given', () => {
    const other = { ...LAUNCHER, digest: `sha256:${'52'.repeat(32)}` };
    expect(outcome('compose.launcher', {}, { launchers: [stated(other)] })).toEqual(
      fail(
        `line 3: services.workload.image: the image of workload, which looks like the launcher, is ${LAUNCHER.digest}; expected: ${other.digest}`,
      ),
    );
  });

  test('what is about it cannot be told without it', () => {
    const compose = 'services:\n  web:\n    image: nginx:1\n';
    expect(outcome('compose.persistence', { composeFile: compose })).toEqual(
      unchecked("the launcher's service was not found, or is not the only one"),
    );
  });

  test('the pin is not told where its two names read it differently and nobody said which one it has', () => {
    expect(outcome('compose.pin')).toEqual({
      ...unchecked(
        'the pin reads otherwise under the two names of the launcher, and nobody said which one the image has',
      ),
      details: undefined,
      hint: 'name the image in a policy: [[launcher]] with digest and program',
    });
    expect(outcome('compose.pin-bound').state).toBe('passed');
    const predecessor = { ...LAUNCHER, program: 'git-launcher' as const };
    expect(outcome('compose.pin', {}, { launchers: [stated(predecessor)] }).state).toBe('passed');
  });
});

describe('what was found in the image', () => {
  const BASE = { ...LAUNCHER, digest: `sha256:${'ba'.repeat(32)}` };
  const from = (...findings: string[]) => ({
    base: BASE.digest,
    baseName: 'registry.example/launcher',
    source: 'its annotation',
    added: 1,
    findings,
    pins: [],
  });
  const contents = (more: Partial<ImageContents> = {}): ImageContents => ({
    grammars: ['1'],
    titles: [],
    entryPoints: [{ program: LAUNCHER.program }],
    notes: [],
    failures: [],
    ...more,
  });
  const judge = (id: CheckId, found: ImageContents, evidence = goodInfo): Outcome => {
    const images = {
      origin: 'a registry',
      value: [{ digest: LAUNCHER.digest, contents: { origin: 'x', value: found } }],
    };
    const named = found.derived === undefined ? LAUNCHER : BASE;
    return run(byId.get(id)!, changed({ images }, evidence), policy({ launchers: [stated(named)] }));
  };
  const FROM_BOTH = [ORIGIN.appCompose, 'a registry'];
  const others = COMPOSE_CHECK_IDS.filter((id) => id !== 'compose.launcher' && id !== 'compose.pin');

  test('a launcher: nothing is shown of it, and only the check of the pin reads its label', () => {
    expect(judge('compose.launcher', contents())).toEqual(pass('one service runs the launcher'));
    expect(judge('compose.pin', contents())).toEqual(
      pass('the pin is well formed', ['it is read by grammar 1, as the image does']),
    );
  });

  test('another program is for the check of the launcher, and for no other', () => {
    const other = contents({ entryPoints: [{ other: '["/bin/sh"]' }] });
    expect(judge('compose.launcher', other)).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: `the image ${LAUNCHER.digest} does not start the launcher: its entry point is ["/bin/sh"]`,
      origins: FROM_BOTH,
    });
    for (const id of others) expect([id, judge(id, other)]).toEqual([id, judge(id, contents())]);
    expect(judge('compose.pin', other).state).toBe('passed');
  });

  test('how it is made from a launcher image, and nothing beside the pin', () => {
    const made = contents({ derived: from() });
    expect(judge('compose.launcher', made)).toEqual({
      ...pass('one service runs the launcher', [
        `the image ${LAUNCHER.digest} is made from ${BASE.digest}, which its annotation names; above it 1 layer with the pin, and nothing else`,
      ]),
      origins: FROM_BOTH,
    });
    for (const id of [...others, 'compose.pin'] as const) {
      expect([id, judge(id, made)]).toEqual([id, { ...judge(id, contents()), origins: FROM_BOTH }]);
    }
  });

  test('what it adds beside a pin is for the check of the launcher, and for no other', () => {
    const more = contents({ derived: from('it adds /bin/sh', 'it sets USER') });
    expect(judge('compose.launcher', more)).toEqual({
      ...fail('the image adds more than a pin to the one that it is made from: it adds /bin/sh', [
        'it sets USER',
        `the image ${LAUNCHER.digest} is made from ${BASE.digest}, which its annotation names`,
      ]),
      origins: FROM_BOTH,
      hint: expect.stringContaining('build it from the launcher image by its digest'),
    });
    for (const id of others) {
      expect([id, judge(id, more)]).toEqual([id, { ...judge(id, contents()), origins: FROM_BOTH }]);
    }
  });

  test('rules that this program does not have are for the check of the pin, and for no other', () => {
    const newer = contents({ grammars: ['2'] });
    expect(judge('compose.pin', newer)).toMatchObject({
      state: 'failed',
      exit: 20,
      expected: 'grammar 1',
      found: 'grammar 2',
      origins: FROM_BOTH,
    });
    for (const id of [...others, 'compose.launcher'] as const) {
      expect([id, judge(id, newer)]).toEqual([id, judge(id, contents())]);
    }
  });

  test('a pin that is none is that, by whatever rules', () => {
    const evidence = infoOf(deploy({ composeFile: composeWith('3b18e512dba79e4c8300dd08aeb37f8e728b8dad', 'main') }));
    const found = judge('compose.pin', contents(), evidence);
    expect(found).toEqual(fail(expect.stringContaining('COMMIT_SHA must be a full 40-hex')));
    expect(judge('compose.pin', contents({ grammars: ['2'] }), evidence)).toEqual(found);
  });
});

describe('a part that is not there or cannot be read', () => {
  test.each(composeChecks.map((check) => [check.id, check] as const))('%s', (_id, check) => {
    expect(run(check, changed({ appCompose: undefined }))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the evidence has no app-compose',
    });
    expect(run(check, changed({ appCompose: broken() }))).toEqual(BROKEN);
    expect(run(check, infoOf(deploy({ appCompose: 'no JSON' })))).toMatchObject({ state: 'failed', exit: 30 });
    expect(run(check, infoOf(deploy({ composeFile: 'a: [' })))).toMatchObject({ state: 'failed', exit: 30 });
  });
});
