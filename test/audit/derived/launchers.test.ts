import { describe, expect, test } from 'vitest';
import { type AttestedCompose, readAttestedCompose } from '../../../src/audit/attested-compose.ts';
import { contentsOf, derivedLaunchers, programIn } from '../../../src/audit/derived-launchers.ts';
import type { EntryPoint } from '../../../src/audit/entry-point.ts';
import type { DerivedFrom, LookedImage } from '../../../src/audit/looked-image.ts';
import { EMPTY_POLICY, type LauncherImage } from '../../../src/audit/policy/policy.ts';
import { EvidenceError } from '../../../src/evidence/errors.ts';
import { RegistryError } from '../../../src/registry/errors.ts';
import { stated } from '../checks/support.ts';
import { composeOf, CONFIG_PATH } from './support.ts';

const [D, B, OTHER] = ['d1', 'ba', '0e'].map((byte) => `sha256:${byte.repeat(32)}`) as [string, string, string];
const PIN = `REPO_URL=https://git.example/a.git\nCOMMIT_SHA=${'c0'.repeat(20)}\nWORK_DIR=/srv/a\n`;
const OLD_PATH = '/etc/git-launcher/config.conf';

const from = (more: Partial<DerivedFrom> = {}): DerivedFrom => ({
  base: B,
  baseName: 'registry.example/launcher',
  source: 'somebody',
  added: 1,
  findings: [],
  pins: [{ origin: CONFIG_PATH, bytes: Buffer.from(PIN) }],
  ...more,
});
const TWL = { program: 'trusted-workload-launcher' } as const;
const GIT = { program: 'git-launcher' } as const;
const looked = (
  derived: DerivedFrom | null = from(),
  digest = D,
  entryPoints: readonly EntryPoint[] = [TWL],
): LookedImage => ({
  digest,
  contents: {
    origin: 'x',
    value: { grammars: [], titles: [], entryPoints, notes: [], failures: [], ...(derived === null ? {} : { derived }) },
  },
});
const part = (...value: readonly LookedImage[]) => ({ origin: 'a registry', value });
const launcher = (digest: string, program: LauncherImage['program'] = 'trusted-workload-launcher'): LauncherImage => ({
  digest,
  program,
});

describe('which images are launchers', () => {
  const of = (derived: DerivedFrom | null, policy?: readonly LauncherImage[]) =>
    derivedLaunchers(part(looked(derived)), policy).map((one) => [one.launcher.digest, one.launcher.program]);

  test.each<[string, DerivedFrom | null, readonly LauncherImage[] | undefined, unknown[]]>([
    ['one that holds a pin', from(), undefined, [[D, 'trusted-workload-launcher']]],
    ['one that holds none', from({ pins: [] }), undefined, []],
    ['one that is made from nothing known', null, undefined, []],
    [
      'a file of the other name: the entry point counts',
      from({ pins: [{ origin: OLD_PATH, bytes: Buffer.from(PIN) }] }),
      undefined,
      [[D, 'trusted-workload-launcher']],
    ],
    [
      'a variable',
      from({ pins: [{ origin: 'LAUNCHER_CONFIG', bytes: Buffer.from(PIN) }] }),
      undefined,
      [[D, 'trusted-workload-launcher']],
    ],
    ['made from a stated one, without a pin', from({ pins: [] }), [launcher(B, 'git-launcher')], [[D, 'git-launcher']]],
    ['stated itself', from(), [launcher(D, 'git-launcher')], [[D, 'git-launcher']]],
    ['both stated: its own entry counts', from(), [launcher(B), launcher(D, 'git-launcher')], [[D, 'git-launcher']]],
    ['neither stated', from(), [launcher(OTHER)], []],
    ['nothing stated admits none', from(), [], []],
  ])('%s', (_, derived, policy, expected) => {
    expect(of(derived, policy)).toEqual(expected);
  });

  test('nothing was looked into, or it could not be read', () => {
    expect(derivedLaunchers(undefined, undefined)).toEqual([]);
    const error = new RegistryError('not-found', 'x');
    expect(derivedLaunchers({ origin: 'x', error }, undefined)).toEqual([]);
    expect(derivedLaunchers(part({ digest: D, contents: { origin: 'x', error } }), undefined)).toEqual([]);
  });

  test('a pin is text, with its byte order mark; what is none is a finding', () => {
    const pins = [
      { origin: CONFIG_PATH, bytes: Buffer.from('\ufeffA=1') },
      { origin: 'LAUNCHER_CONFIG', bytes: Buffer.from([0xc3]) },
    ];
    const [one] = derivedLaunchers(part(looked(from({ pins, findings: ['one'] }))), undefined);
    expect(one!.launcher.pins).toEqual([{ origin: CONFIG_PATH, text: '\ufeffA=1' }]);
    expect(one!.findings).toEqual(['one', 'its LAUNCHER_CONFIG is not UTF-8']);
  });

  test.each<[readonly EntryPoint[], string | undefined]>([
    [[TWL], 'trusted-workload-launcher'],
    [[GIT, GIT], 'git-launcher'],
    [[GIT, TWL], undefined],
    [[TWL, { other: 'none' }], undefined],
    [[], undefined],
  ])('the entry points %j name the program %s', (entryPoints, program) => {
    const images = part(looked(from(), D, entryPoints));
    expect(programIn(images, D)).toBe(program);
    expect(derivedLaunchers(images, undefined)[0]!.launcher.program).toBe(program ?? 'trusted-workload-launcher');
    expect(programIn(images, B)).toBeUndefined();
    expect(programIn(undefined, D)).toBeUndefined();
    const error = new RegistryError('not-found', 'x');
    expect(programIn(part({ digest: D, contents: { origin: 'x', error } }), D)).toBeUndefined();
  });

  test('contents are found by the digest', () => {
    const images = part(looked(), looked(null, OTHER));
    expect(contentsOf(images, OTHER)).toBe(images.value[1]!.contents);
    expect(contentsOf(images, B)).toBeUndefined();
    expect(contentsOf(images, undefined)).toBeUndefined();
    expect(contentsOf(undefined, D)).toBeUndefined();
    expect(contentsOf({ origin: 'x', error: new EvidenceError('bad-hex', 'x') }, D)).toBeUndefined();
  });
});

describe('the compose with what was found in its image', () => {
  const read = (
    images: ReturnType<typeof part> | undefined,
    launchers?: readonly LauncherImage[],
    more: readonly string[] = [],
  ) =>
    readAttestedCompose(
      Buffer.from(
        JSON.stringify({
          manifest_version: 2,
          name: 'a',
          runner: 'docker-compose',
          docker_compose_file: composeOf(`registry.example/a@${D}`, more),
        }),
      ),
      { ...EMPTY_POLICY, ...(launchers === undefined ? {} : { launchers: launchers.map((one) => stated(one)) }) },
      images,
    );

  test('has a pin, and the lower image is what has to be built by whom', () => {
    const { review, derived, subject, launchers, isProgramOpen, launcherSource } = read(part(looked()));
    expect(review.pin?.commitSha).toBe('c0'.repeat(20));
    expect(review.pinText).toMatchObject({ origin: CONFIG_PATH, line: 3, path: 'services.workload.image' });
    expect([derived?.from.base, subject, isProgramOpen, launcherSource]).toEqual([B, B, false, undefined]);
    expect(launchers.map(({ digest }) => digest)).toEqual([D, B]);
  });

  test('under a policy the stated ones count, too', () => {
    const { review, subject, launchers, launcherSource } = read(part(looked()), [launcher(B)]);
    expect([review.pin === undefined, subject, launcherSource]).toEqual([false, B, 'org.toml line 1']);
    expect(launchers.map(({ digest }) => digest)).toEqual([D, B]);
  });

  test('without it there is no launcher; one that the policy names is itself the subject', () => {
    expect(read(undefined)).toMatchObject({ derived: undefined, subject: undefined, launchers: [] });
    expect(read(undefined, [launcher(D)])).toMatchObject({ derived: undefined, subject: D });
    expect(read(part(looked(null)), [launcher(D)])).toMatchObject({ derived: undefined, subject: D });
  });

  test('a service of the lower image beside it is a second launcher', () => {
    const second = ['  again:', `    image: registry.example/launcher@${B}`];
    const { review } = read(part(looked()), undefined, second);
    expect(review.launcher).toBeUndefined();
    expect(review.results['compose.launcher'].state).toBe('failed');
    // Its responder is none.
    const responder = [...second, '    entrypoint: [twl-attest]'];
    expect(read(part(looked()), undefined, responder).review.launcher?.name).toBe('workload');
  });

  test('a pin in the compose file is the one that counts', () => {
    const given = ['    environment:', '      LAUNCHER_CONFIG: "A=1"'];
    const { derived, review, launchers } = read(part(looked(from(), OTHER)), undefined, given);
    expect([derived, review.pinText?.text, launchers.map(({ digest }) => digest)]).toEqual([undefined, 'A=1', [D]]);
  });

  test('a pin is read as the program of the entry point reads it, and the name is open where that is not known', () => {
    const variable = (text: string, ...entryPoints: readonly EntryPoint[]) =>
      part(looked(from({ pins: [{ origin: 'LAUNCHER_CONFIG', bytes: Buffer.from(text) }] }), D, entryPoints));
    const modulesOf = ({ review, isProgramOpen }: AttestedCompose) => [review.pin?.submodules, isProgramOpen];
    expect(modulesOf(read(variable(PIN, TWL)))).toEqual(['no', false]);
    expect(modulesOf(read(variable(PIN, GIT)))).toEqual(['ignore', false]);
    expect(read(variable(PIN, { other: 'none' })).isProgramOpen).toBe(true);
    expect(read(variable(`${PIN}ENTRYPOINT_SCRIPT=a\nSUBMODULES=no\n`, GIT, TWL)).isProgramOpen).toBe(false);
    expect(read(variable(PIN, GIT, TWL), [launcher(B)]).isProgramOpen).toBe(false);
  });

  test("a pin at the other name's path is none that its launcher reads, whatever the command names", () => {
    const images = part(looked(from({ pins: [{ origin: OLD_PATH, bytes: Buffer.from(PIN) }] })));
    for (const more of [[], [`    command: [${OLD_PATH}]`]]) {
      const { review } = read(images, undefined, more);
      expect([review.pin, review.results['compose.pin-bound'].state]).toEqual([undefined, 'failed']);
    }
  });

  test('an image that holds no pin is called as its entry point says, too', () => {
    const given = ['    environment:', `      LAUNCHER_CONFIG: ${JSON.stringify(PIN)}`];
    const open = read(undefined, undefined, given);
    expect([open.isProgramOpen, open.launchers]).toEqual([true, [{ digest: D, ...TWL }]]);
    const known = read(part(looked(null, D, [GIT])), undefined, given);
    expect([known.isProgramOpen, known.launchers, known.review.pin?.submodules]).toEqual([
      false,
      [{ digest: D, ...GIT }],
      'ignore',
    ]);
  });
});
