// The whole way of a derived image: a compose that holds no pin, a registry on loopback, a build, a repository.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { provenanceChecks } from '../../../src/audit/checks/provenance.ts';
import type { ImageDocument } from '../../../src/audit/bundle/image-documents.ts';
import { lookInto } from '../../../src/audit/collect/derived/look-into.ts';
import type { Context } from '../../../src/audit/context.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import type { Verdict } from '../../../src/audit/result.ts';
import type { SeenRequest } from '../../support/answer.ts';
import { Shelf, sha256, useRegistry } from '../../registry/fake-registry.ts';
import { tarOf } from '../../registry/tar-builder.ts';
import { stated } from '../checks/support.ts';
import { type Change, type Story, startStory } from '../steps/support/story.ts';
import {
  bundleOn,
  composeOf,
  CONFIG_PATH,
  configLayer,
  LAUNCHER_TAR,
  PROGRAM,
  type Pushed,
  putDerived,
  type Recipe,
  SETTINGS,
} from './support.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story?.close());

interface Options extends Recipe {
  /** Lines of the service. */
  readonly compose?: readonly string[];
  /** Who names launcher images: `base`, `derived` or nobody. */
  readonly policy?: 'base' | 'derived' | 'other';
  readonly follow?: Change['follow'];
  readonly expected?: Change['expected'];
  /** The subject of the bundle. */
  readonly built?: (pushed: Pushed) => string;
  /** In place of the compose file. */
  readonly text?: (image: string) => string;
}

interface Told extends Verdict, Pushed {
  readonly requests: readonly SeenRequest[];
}

const launchersOf = (policy: Options['policy'], { digest, base }: Pushed) => {
  const named = { base, derived: digest, other: sha256('other') };
  return policy === undefined
    ? undefined
    : [stated({ digest: named[policy], program: 'trusted-workload-launcher' as const })];
};

const judge = async (options: Options = {}): Promise<Told> => {
  const shelf = new Shelf();
  const pushed = putDerived(shelf, { layers: [configLayer(story.pinText())], ...options });
  const { repository, requests } = await useRegistry(shelf);
  const image = `${repository.name}@${pushed.digest}`;
  const { built = ({ base }) => base, text = (name) => composeOf(name, options.compose) } = options;
  const verdict = await story.verdict({
    compose: () => text(image),
    bundles: [bundleOn(built(pushed))],
    policy: { launchers: launchersOf(options.policy, pushed) } as Change['policy'] & {},
    follow: { registry: repository.name.split('/')[0], ...options.follow },
    expected: options.expected ?? {},
  });
  return { ...verdict, ...pushed, requests };
};

const check = ({ checks }: Verdict, id: string) => checks.find((one) => one.id === id)!;
const states = (verdict: Verdict, ...ids: readonly string[]): string[] => ids.map((id) => check(verdict, id).state);
/** Those that did not pass. */
const open = ({ checks }: Verdict): string[] => checks.flatMap(({ id, state }) => (state === 'passed' ? [] : [id]));

describe('an image that adds the pin to a launcher image', () => {
  test('as a file: every step goes on with it', async () => {
    const verdict = await judge();
    const { digest, base } = verdict;
    expect(check(verdict, 'compose.launcher')).toMatchObject({
      state: 'passed',
      summary: 'one service runs the launcher',
      details: [
        `the image ${digest} is made from ${base}, which the image's annotation org.opencontainers.image.base.digest names; above it 1 layer with the pin, and nothing else`,
      ],
      origins: [expect.any(String), expect.stringMatching(/^registry of 127\.0\.0\.1:\d+\/team\/app@sha256:/)],
    });
    expect(check(verdict, 'compose.pin')).toMatchObject({
      state: 'passed',
      details: ['it is read by grammar 1, as the image does'],
    });
    expect(check(verdict, 'provenance.subject')).toMatchObject({
      state: 'passed',
      details: [`the subject is ${base}, which the image ${digest} of the app-compose is made from`],
    });
    expect(
      states(verdict, 'compose.pin-bound', 'compose.persistence', 'source.pin', 'source.commit', 'source.entry'),
    ).toEqual(Array(5).fill('passed'));
    expect(verdict.pin).toContain(`COMMIT_SHA=${story.commit}`);
    expect(verdict.facts).toMatchObject({ launcher_digest: digest, launcher_base: base });
    expect(verdict.word).toBe('CONSISTENT');
    expect(
      open(verdict).filter((id) =>
        /^(?:compose|provenance|source)\.(?!config-id|exposure|rebuild|signature|tree-sha256)/.test(id),
      ),
    ).toEqual([]);
  });

  test.each<[string, Options['policy']]>([
    ['the base', 'base'],
    ['the derived image', 'derived'],
  ])('a policy may name %s', async (_, policy) => {
    const verdict = await judge({ policy: policy! });
    expect(states(verdict, 'compose.launcher', 'compose.pin', 'provenance.subject', 'source.pin')).toEqual(
      Array(4).fill('passed'),
    );
  });

  test('a policy that names another image admits none', async () => {
    const verdict = await judge({ policy: 'other' });
    expect(check(verdict, 'compose.launcher')).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'no service runs an image that a policy names as the launcher',
      details: [
        expect.stringMatching(/: sha256:[0-9a-f]{64} is not there to compare with: .* answers with status 404$/),
      ],
      hint: 'where it is made from one that lies elsewhere, name that: --base',
    });
  });

  test('as a variable', async () => {
    const pin = story.pinText({ ENTRYPOINT_SCRIPT: 'tee-launch.sh', SUBMODULES: 'no' });
    const verdict = await judge({
      layers: [],
      config: { ...SETTINGS, Env: [...SETTINGS.Env, `LAUNCHER_CONFIG=${pin}`] },
    });
    expect(states(verdict, 'compose.launcher', 'compose.pin', 'provenance.subject', 'source.pin')).toEqual(
      Array(4).fill('passed'),
    );
  });

  test('a variable that the two names of the launcher read otherwise is read by the one that the image starts', async () => {
    const config = { ...SETTINGS, Env: [...SETTINGS.Env, `LAUNCHER_CONFIG=${story.pinText()}`] };
    expect(check(await judge({ layers: [], config }), 'compose.pin')).toMatchObject({ state: 'passed' });
    expect(check(await judge({ layers: [], config, policy: 'base' }), 'compose.pin')).toMatchObject({
      state: 'passed',
    });
  });

  test('the command may name the path that is read anyway', async () => {
    const verdict = await judge({ compose: [`    command: [${CONFIG_PATH}]`] });
    expect(states(verdict, 'compose.pin-bound', 'compose.override')).toEqual(['passed', 'passed']);
  });

  test('every step alone looks into the image', async () => {
    for (const only of ['attestation', 'source'] as const) {
      const verdict = await judge({ expected: { only } });
      expect([
        verdict.word,
        only === 'source' ? states(verdict, 'source.pin') : states(verdict, 'compose.pin'),
      ]).toEqual([only === 'source' ? verdict.word : expect.any(String), ['passed']]);
    }
  });
});

describe('each trick', () => {
  const pinned = () => configLayer(story.pinText());
  test.each<[string, () => Recipe, string]>([
    [
      'a whiteout',
      () => ({ layers: [pinned(), tarOf({ path: 'usr/local/bin/.wh.trusted-workload-launcher' })] }),
      'removes what lies below',
    ],
    ['another launcher', () => ({ layers: [pinned(), tarOf({ path: PROGRAM.slice(1) })] }), 'is neither the config'],
    [
      'a link as the config',
      () => ({
        layers: [configLayer(story.pinText()), tarOf({ path: CONFIG_PATH.slice(1), type: '2', linkName: '/srv/x' })],
      }),
      'is a symlink to /srv/x',
    ],
    [
      'a config that anybody may write',
      () => ({ layers: [configLayer(story.pinText(), { mode: 0o666 })] }),
      'can be written by others',
    ],
    [
      'a config that can be executed',
      () => ({ layers: [configLayer(story.pinText(), { mode: 0o755 })] }),
      'launcher.conf can be executed',
    ],
    ['no entry point', () => ({ config: { ...SETTINGS, Entrypoint: null } }), 'it changes Entrypoint'],
    ['a setuid config', () => ({ layers: [configLayer(story.pinText(), { mode: 0o4755 })] }), 'is setuid'],
    [
      'a config of another owner',
      () => ({ layers: [configLayer(story.pinText(), { uid: 1000 })] }),
      'belongs to 1000:0',
    ],
    ['another entry point', () => ({ config: { ...SETTINGS, Entrypoint: ['/bin/sh'] } }), 'it changes Entrypoint'],
    ['a command', () => ({ config: { ...SETTINGS, Cmd: ['/x'] } }), 'it changes Cmd'],
    ['a user', () => ({ config: { ...SETTINGS, User: '1000' } }), 'it changes User'],
    ['a folder to start in', () => ({ config: { ...SETTINGS, WorkingDir: '/tmp' } }), 'it changes WorkingDir'],
    [
      'a variable beside',
      () => ({ config: { ...SETTINGS, Env: [...SETTINGS.Env, 'LD_PRELOAD=/x'] } }),
      'it changes Env',
    ],
    ['a layer that is no tar', () => ({ layers: [Buffer.from('x'.repeat(1024))] }), 'the checksum is no octal number'],
    ['a large layer', () => ({ layers: [Buffer.alloc(4 * 1024 * 1024 + 512)] }), 'more than the 4194304 that are read'],
    [
      'a config that is no UTF-8',
      () => ({ layers: [configLayer('', { content: Buffer.from([0xff, 0xfe]) })] }),
      `its ${CONFIG_PATH} is not UTF-8`,
    ],
  ])('%s fails compose.launcher', async (_, recipe, why) => {
    const verdict = await judge({ ...recipe(), policy: 'base' });
    const found = check(verdict, 'compose.launcher');
    expect(found).toMatchObject({
      state: 'failed',
      exit: 10,
      hint: expect.stringContaining('launcher image by its digest'),
    });
    expect(`${found.summary} ${found.details.join(' ')}`).toContain(why);
    expect(verdict.word).toBe('REJECTED');
    expect(check(verdict, 'provenance.subject')).toMatchObject({ state: 'not-checked', blockedBy: 'compose.launcher' });
  });

  test.each<[string, () => Recipe, object]>([
    [
      'a layer beside the pin',
      () => ({ layers: [pinned(), tarOf({ path: PROGRAM.slice(1) })] }),
      { state: 'failed', exit: 10 },
    ],
    // Whatever is large may be a neighbour: that nothing was found is told, and is no pass.
    [
      'a large layer over the pin',
      () => ({ layers: [pinned(), Buffer.alloc(4 * 1024 * 1024 + 512)] }),
      { state: 'not-checked', details: expect.arrayContaining([expect.stringContaining('that are read')]) },
    ],
  ])('without a policy, too: %s', async (_, recipe, expected) => {
    expect(check(await judge(recipe()), 'compose.launcher')).toMatchObject(expected);
  });

  test.each([
    ['entrypoint', null],
    ['entrypoint', []],
    ['ENTRYPOINT', ['/bin/sh']],
    ['u\u017fer', '1000'],
  ])('a second spelling of a member, %s: %j, which engines read in place of the first', async (name, value) => {
    for (const policy of ['base', 'derived', undefined] as const) {
      const verdict = await judge({
        ...(policy === undefined ? {} : { policy }),
        layers: [configLayer(`#!/bin/sh\n${story.pinText()}`)],
        config: { ...SETTINGS, User: '', [name]: value },
        compose: [`    command: [${CONFIG_PATH}]`],
      });
      expect(open(verdict)).toContain(policy === 'derived' ? 'compose.pin-bound' : 'compose.launcher');
      expect(verdict.exit).not.toBe(0);
    }
  });

  test.each(['/usr/local/bin/mpc-launcher', '/usr/local/bin/twl-attest', '/bin/sh'])(
    'a lower image that starts %s is no launcher, though it is the release’s',
    async (program) => {
      const config = { ...SETTINGS, Entrypoint: [program] };
      for (const policy of ['base', undefined] as const) {
        const verdict = await judge({ lower: config, config, ...(policy === undefined ? {} : { policy }) });
        expect(check(verdict, 'compose.launcher')).toMatchObject({
          state: 'failed',
          exit: 10,
          summary: `the image ${verdict.digest} does not start the launcher: its entry point is ["${program}"]`,
        });
      }
    },
  );

  test('a config at the other name’s path is none that the image’s program reads', async () => {
    const path = '/etc/git-launcher/config.conf';
    const layers = [tarOf({ path: path.slice(1), content: `${story.pinText()}\n` })];
    for (const compose of [[], [`    command: [${path}]`]]) {
      const verdict = await judge({ layers, compose });
      expect(check(verdict, 'compose.pin-bound')).toMatchObject({
        state: 'failed',
        summary: expect.stringContaining('where a launcher of the name trusted-workload-launcher reads none'),
      });
    }
    const config = { ...SETTINGS, Entrypoint: ['/usr/local/bin/git-launcher'] };
    const old = await judge({ layers, lower: config, config });
    expect(check(old, 'compose.pin')).toMatchObject({ state: 'passed' });
  });

  test('other layers below are no launcher’s', async () => {
    const shelf = new Shelf();
    const { base } = putDerived(shelf, {});
    const other = shelf.image({
      tars: [tarOf({ path: PROGRAM.slice(1), content: 'evil' }), configLayer(story.pinText())],
      config: SETTINGS,
    });
    const { repository } = await useRegistry(shelf);
    const registry = repository.name.split('/')[0]!;
    const verdict = await story.verdict({
      compose: () => composeOf(`${repository.name}@${other.digest}`),
      bundles: [bundleOn(base)],
      policy: { launchers: undefined } as unknown as Change['policy'] & {},
      follow: { registry, base: `${repository.name}@${base}` },
    });
    expect(check(verdict, 'compose.launcher')).toMatchObject({
      state: 'not-checked',
      details: [`the image ${other.digest}: it is not made from ${base}: its lowest layers are others`],
    });
    expect(verdict.exit).not.toBe(0);
  });

  test('a base without a build fails, whatever the image says of it', async () => {
    const verdict = await judge({ built: ({ digest }) => digest });
    expect(check(verdict, 'provenance.subject')).toMatchObject({ state: 'failed', exit: 10 });
  });

  test.each<[string, readonly string[], string, string]>([
    ['a pin in the environment, too', ['    environment: { LAUNCHER_CONFIG: "X=1" }'], 'compose.pin', 'not-checked'],
    ['a mount over the config', ['      - x:/etc/trusted-workload-launcher'], 'compose.pin-bound', 'not-bound'],
    ['a tmpfs over the config', ['    tmpfs: [/etc/trusted-workload-launcher]'], 'compose.pin-bound', 'not-bound'],
    ['an env_file', ['    env_file: x.env'], 'compose.pin-bound', 'not-bound'],
    ['a command elsewhere', ['    command: [/srv/workload/x.conf]'], 'compose.pin-bound', 'not-bound'],
    ['an entry point', ['    entrypoint: [/bin/sh]'], 'compose.override', 'failed'],
  ])('%s', async (_, compose, id, state) => {
    const verdict = await judge({ compose, policy: 'base' });
    expect(check(verdict, id)).toMatchObject({ state });
    expect(verdict.exit).not.toBe(0);
  });
});

describe('what is not known', () => {
  test('a policy names images, and nobody could look whether this one is made from one of them', async () => {
    const summary =
      'no service runs an image that a policy names as the launcher, and whether one is made from such an image is not known';
    const offline = await judge({ policy: 'base', follow: { offline: true } });
    expect(check(offline, 'compose.launcher')).toMatchObject({ state: 'not-checked', exit: 13, summary });
    const refused = await judge({ policy: 'base', follow: { registry: undefined } });
    expect(check(refused, 'compose.launcher')).toMatchObject({ state: 'not-checked', exit: 40, summary });
  });

  test('a pin in the text says that the image is meant to be the launcher, and then it is another one', async () => {
    const compose = ['    environment: { LAUNCHER_CONFIG: "X=1" }'];
    const verdict = await judge({ policy: 'base', compose, follow: { offline: true } });
    expect(check(verdict, 'compose.launcher')).toMatchObject({ state: 'failed', exit: 10 });
  });

  test('offline nothing is asked, and the check says so', async () => {
    const verdict = await judge({ follow: { offline: true } });
    expect(verdict.requests).toEqual([]);
    expect(check(verdict, 'compose.launcher')).toMatchObject({
      state: 'not-checked',
      exit: 13,
      details: ['whether an image holds a pin was not looked at: nothing was fetched'],
    });
  });

  test('a registry of this machine that the evidence names is not asked', async () => {
    const verdict = await judge({ follow: { registry: undefined } });
    expect(verdict.requests).toEqual([]);
    expect(check(verdict, 'compose.launcher')).toMatchObject({
      state: 'not-checked',
      exit: 40,
      details: [expect.stringMatching(/could not be looked into: the registry 127\.0\.0\.1:\d+ is on this machine/)],
    });
  });

  test('an image that names no base, until the auditor does', async () => {
    const without = await judge({ annotations: {} });
    expect(check(without, 'compose.launcher')).toMatchObject({
      state: 'not-checked',
      exit: 13,
      details: [`the image ${without.digest}: it names no image that it is made from`],
    });
    const name = sha256(LAUNCHER_TAR);
    const told = await judge({ annotations: {}, follow: { base: `registry.example/x@${name}` } });
    expect(check(told, 'compose.launcher').state).toBe('not-checked');
    const labelled = {
      ...SETTINGS,
      Labels: { ...SETTINGS.Labels, 'org.opencontainers.image.base.digest': without.base },
    };
    expect(check(await judge({ annotations: {}, config: labelled }), 'compose.launcher').state).toBe('passed');
    const named = await judge({ annotations: {}, follow: { base: `127.0.0.1:9/x@${without.base}` } });
    expect(check(named, 'compose.launcher')).toMatchObject({
      state: 'passed',
      details: [expect.stringContaining('which --base names')],
    });
  });

  test('an image that is made from another and holds no pin is none', async () => {
    const verdict = await judge({ layers: [tarOf({ path: 'x' })] });
    expect(check(verdict, 'compose.launcher')).toMatchObject({
      state: 'not-checked',
      details: [
        `the image ${verdict.digest} is made from ${verdict.base} and holds no pin`,
        `the image ${verdict.digest}: it adds a layer: x is neither the config nor a folder above it`,
      ],
    });
    const expected = await judge({ layers: [], policy: 'base' });
    expect(states(expected, 'compose.launcher', 'compose.pin-bound')).toEqual(['passed', 'not-bound']);
  });
});

describe('what was fetched', () => {
  test('can be kept, and be looked at again without a server', async () => {
    const kept: ImageDocument[] = [];
    const first = await judge({ follow: { recordImages: (documents) => kept.push(...documents) } });
    expect(kept.length).toBeGreaterThanOrEqual(5);
    const again = await judge({ follow: { offline: true, savedImages: kept } });
    expect(again.requests).toEqual([]);
    expect(states(again, 'compose.launcher', 'compose.pin')).toEqual(states(first, 'compose.launcher', 'compose.pin'));
    const changed = kept.map((one) => ({ ...one, bytes: Buffer.concat([one.bytes, Buffer.from(' ')]) }));
    const broken = await judge({ follow: { offline: true, savedImages: changed } });
    expect(check(broken, 'compose.launcher').state).toBe('not-checked');
  });

  test('provenance of the derived image in place of the lower one is of another image', async () => {
    const { digest, base } = await judge();
    const run = provenanceChecks.find(({ id }) => id === 'provenance.subject')!.run;
    const attested = { subject: base, derived: { launcher: { digest }, from: { base } }, review: {} };
    const evidence = { provenance: { origin: 'x', value: { image: digest, bundles: [] } } };
    const found = run({ evidence, compose: () => attested } as unknown as Context);
    expect(found).toMatchObject({
      state: 'failed',
      exit: 10,
      expected: base,
      found: digest,
      source: 'the layers of the image that the measured app-compose names',
    });
  });
});

describe('several images of one digest', () => {
  const put = async (pins: readonly string[], bases = 1) => {
    const shelf = new Shelf();
    const amd64 = { os: 'linux', architecture: 'amd64' };
    const lower = Array.from({ length: bases }, () => shelf.image({ tars: [LAUNCHER_TAR], config: SETTINGS }));
    const base = shelf.index(lower.map((one) => ({ ...one, platform: amd64 })));
    const upper = pins.map((pin) => shelf.image({ tars: [LAUNCHER_TAR, configLayer(pin)], config: SETTINGS }));
    const index = shelf.index(upper.map((one) => ({ ...one, platform: amd64 })));
    const { repository } = await useRegistry(shelf);
    return await lookInto({
      open: () => repository,
      name: repository.name,
      digest: index.digest,
      isPinWanted: true,
      policy: EMPTY_POLICY,
      base: `${repository.name}@${base.digest}`,
    });
  };

  test('all have to be made from one of the lower ones, with one pin', async () => {
    expect((await put(['A=1', 'A=1'])).derived).toMatchObject({ findings: [], pins: [{ origin: CONFIG_PATH }] });
    expect((await put(['A=1', 'A=2'])).derived?.findings).toEqual(['its images for linux/amd64 hold different pins']);
  });

  test('a pin that is larger than any', async () => {
    const most = 64 * 1024 - 1;
    expect((await put(['x'.repeat(most)])).derived).toMatchObject({ findings: [], pins: [{}] });
    expect((await put(['x'.repeat(most + 1)])).derived).toMatchObject({
      findings: [`its ${CONFIG_PATH} has 65537 bytes, more than a pin may have`],
      pins: [],
    });
  });

  test('findings of a thousand entries are counted', async () => {
    const shelf = new Shelf();
    const many = tarOf(...Array.from({ length: 40 }, (_, index) => ({ path: `x${index}` })));
    const { digest } = putDerived(shelf, { layers: [many] });
    const { repository } = await useRegistry(shelf);
    const open = () => repository;
    const found = await lookInto({
      open,
      name: repository.name,
      digest,
      isPinWanted: true,
      policy: EMPTY_POLICY,
      base: undefined,
    });
    expect(found.derived?.findings).toHaveLength(33);
    expect(found.derived?.findings.at(-1)).toBe('and 8 more of the kind');
  });
});
