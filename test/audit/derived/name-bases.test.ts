import { describe, expect, test } from 'vitest';
import { followImages } from '../../../src/audit/collect/derived/follow-images.ts';
import { nameBases } from '../../../src/audit/collect/derived/name-bases.ts';
import { readAttestedCompose } from '../../../src/audit/attested-compose.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import { partValue } from '../../../src/evidence/evidence.ts';
import type { PlatformImage } from '../../../src/registry/describe-image.ts';
import { stated } from '../checks/support.ts';

const digestOf = (byte: string): string => `sha256:${byte.repeat(32)}`;
const [D, B, C] = [digestOf('d1'), digestOf('ba'), digestOf('c0')];
const DIGEST = 'org.opencontainers.image.base.digest';
const NAME = 'org.opencontainers.image.base.name';

describe('which image it is made from, and where that lies', () => {
  const image = (annotations: object, labels: object = {}): PlatformImage =>
    ({ manifest: { annotations }, config: { labels } }) as unknown as PlatformImage;
  const hinted = image({ [DIGEST]: B, [NAME]: 'r.example/launcher:1' });
  const policy = (...digests: readonly string[]) => ({
    ...EMPTY_POLICY,
    launchers: digests.map((digest) => stated({ digest, program: 'git-launcher' as const })),
  });
  const name = 'r.example/launcher';
  const said = { digest: B, name, source: `the image's annotation ${DIGEST}` };
  const org = 'org.toml line 1';

  test.each<[string, PlatformImage, object, string | undefined, unknown[]]>([
    ['it says nothing', image({}), EMPTY_POLICY, undefined, []],
    ['an annotation', hinted, EMPTY_POLICY, undefined, [said]],
    [
      'a label',
      image({}, { [DIGEST]: C }),
      EMPTY_POLICY,
      undefined,
      [{ digest: C, name: undefined, source: `the image's label ${DIGEST}` }],
    ],
    ['both: the annotation', image({ [DIGEST]: B, [NAME]: name }, { [DIGEST]: C }), EMPTY_POLICY, undefined, [said]],
    ['a digest that is none', image({ [DIGEST]: 'sha256:x' }), EMPTY_POLICY, undefined, []],
    [
      'a name that is none',
      image({ [DIGEST]: B, [NAME]: '-A b' }),
      EMPTY_POLICY,
      undefined,
      [{ ...said, name: undefined }],
    ],
    ['the auditor', hinted, policy(D), `x.example/y:1@${C}`, [{ digest: C, name: 'x.example/y', source: '--base' }]],
    [
      'a policy that names it first',
      hinted,
      policy(C, B),
      undefined,
      [
        { digest: B, name, source: org },
        { digest: C, name, source: org },
      ],
    ],
    ['a policy that does not', hinted, policy(C), undefined, [{ digest: C, name, source: org }]],
    ['a policy that names the image itself', hinted, policy(D, C), undefined, [said, { digest: C, name, source: org }]],
    ['a policy that names it and the image', hinted, policy(D, B), undefined, [{ digest: B, name, source: org }]],
    ['a policy alone', image({}), policy(C), undefined, [{ digest: C, name: undefined, source: org }]],
    ['a policy of the image alone', image({}), policy(D), undefined, []],
  ])('%s', (_, one, demands, base, expected) => {
    expect(nameBases(D, one, demands as typeof EMPTY_POLICY, base)).toEqual(expected);
  });

  test('eight of a policy and no more', () => {
    const many = Array.from({ length: 9 }, (_, index) => digestOf(`0${index}`));
    expect(nameBases(D, image({}), policy(...many), undefined).map(({ digest }) => digest)).toEqual(many.slice(0, 8));
  });
});

describe('which images are looked into', () => {
  const look = async (
    services: readonly string[],
    { isGrammarWanted = false, launchers = undefined as readonly string[] | undefined } = {},
  ) => {
    const notes: string[] = [];
    const app = {
      manifest_version: 2,
      name: 'a',
      runner: 'docker-compose',
      docker_compose_file: ['services:', ...services.map((line) => `  ${line}`), ''].join('\n'),
    };
    const stating = launchers?.map((digest) => stated({ digest, program: 'git-launcher' as const }));
    const policy = { ...EMPTY_POLICY, ...(stating === undefined ? {} : { launchers: stating }) };
    const compose = readAttestedCompose(Buffer.from(JSON.stringify(app)), policy);
    const found = await followImages(compose, policy, {
      registry: undefined,
      base: undefined,
      isGrammarWanted,
      // Nothing was saved, so that nobody is asked and nothing is found.
      savedImages: [],
      note: (line) => notes.push(line),
    });
    return { digests: found && partValue(found).map(({ digest }) => digest), notes, origin: found?.origin };
  };
  const service = (name: string, digest: string, more = ''): string =>
    `${name}: { image: "r.example/${name}@${digest}"${more} }`;
  const PINNED = ', environment: { LAUNCHER_CONFIG: "A=1" }';

  test('all, where no service is given a pin; each once', async () => {
    expect(await look([service('a', D), service('b', B), service('c', D), 'd: { image: nginx }'])).toEqual({
      digests: [D, B],
      notes: [`looking into the image r.example/c@${D} for a pin`, `looking into the image r.example/b@${B} for a pin`],
      origin: `registry of r.example/c@${D}, registry of r.example/b@${B}`,
    });
  });

  test('the launcher’s alone, where there is one: for its grammar', async () => {
    const services = [service('a', D, PINNED), service('b', B)];
    expect((await look(services)).digests).toBeUndefined();
    expect(await look(services, { isGrammarWanted: true })).toMatchObject({
      digests: [D],
      notes: [`looking into the image r.example/a@${D}`],
    });
  });

  test('for a pin, where a policy names it and the text has none', async () => {
    expect((await look([service('a', D), service('b', B)], { launchers: [D] })).digests).toEqual([D]);
    expect((await look([service('a', D), service('b', B)], { launchers: [C] })).digests).toEqual([D, B]);
  });

  test('none, where two are launchers, or no image has a digest', async () => {
    expect(
      (await look([service('a', D, PINNED), service('b', B, PINNED)], { isGrammarWanted: true })).digests,
    ).toBeUndefined();
    expect((await look(['a: { image: nginx }'])).digests).toBeUndefined();
  });

  test('eight and no more', async () => {
    const many = Array.from({ length: 9 }, (_, index) => service(`s${index}`, digestOf(`0${index}`)));
    const { digests, notes } = await look(many);
    expect(digests).toHaveLength(8);
    expect(notes.at(-1)).toBe('of 9 images the first 8 are looked into for a pin');
    expect((await look(many.slice(1))).notes).toHaveLength(8);
  });
});
