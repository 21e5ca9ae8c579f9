import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PolicyError } from '../../../src/audit/policy/errors.ts';
import { sameImage } from '../../../src/audit/policy/merge-images.ts';
import { mergePolicies } from '../../../src/audit/policy/merge.ts';
import {
  type Admission,
  EMPTY_POLICY,
  type Exception,
  type LauncherImage,
  type OsImage,
  type Policy,
} from '../../../src/audit/policy/policy.ts';
import { DEVELOPMENT_IMAGES } from '../../../src/audit/os-images.ts';
import { holds } from '../../support/property.ts';
import { seldom, without } from './arbitraries.ts';
import { HASH, MRTD, RTMR0, RTMR1, RTMR2 } from './samples.ts';

const stated = <T>(source: string, ...values: T[]) => values.map((value) => ({ value, source }));

const errorOf = (...layers: Policy[]): PolicyError => {
  try {
    mergePolicies(layers);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

test('no layer is no policy, and one layer is itself', () => {
  expect(mergePolicies([])).toBe(EMPTY_POLICY);
  const one: Policy = { ...EMPTY_POLICY, appIds: stated('a', 'x') };
  expect(mergePolicies([one])).toBe(one);
});

const LISTS = ['repositories', 'commits', 'treeSha256s', 'appIds', 'keyProviderIds'] as const;

test.each(LISTS)('%s: what both layers expect is left, with both sources', (name) => {
  const earlier = { ...EMPTY_POLICY, [name]: stated('org', 'x', 'y', 'z') };
  const later = { ...EMPTY_POLICY, [name]: stated('repo', 'z', 'w', 'x') };
  expect(mergePolicies([earlier, later])).toStrictEqual({ ...EMPTY_POLICY, [name]: stated('org and repo', 'x', 'z') });
  expect(mergePolicies([earlier, EMPTY_POLICY])).toStrictEqual(earlier);
  expect(mergePolicies([earlier, earlier])).toStrictEqual(earlier);
});

const KEYS = [
  ['repositories', 'repository'],
  ['commits', 'commit'],
  ['treeSha256s', 'tree_sha256'],
  ['appIds', 'app_id'],
  ['keyProviderIds', 'key_provider_id'],
] as const;

test.each<readonly [string, string]>([...KEYS, ['osImages', 'os_image'], ['launchers', 'launcher']])(
  '%s: what the earlier layer leaves open a later one does not vouch for',
  (name, key) => {
    const later = { ...EMPTY_POLICY, [name]: stated('policy repo\u001b, line 2', 'x', 'y') };
    const required: Policy = { ...EMPTY_POLICY, required: stated('org', 'freshness') };
    for (const layers of [
      [EMPTY_POLICY, later],
      [required, later],
      [EMPTY_POLICY, EMPTY_POLICY, later],
    ]) {
      const error = errorOf(...layers);
      expect(error).toMatchObject({ code: 'loosens', exitCode: 2, line: undefined });
      expect(error.message).toBe(`policy repo\\x1b, line 2 states ${key}, which the policy before it leaves open`);
      expect(error.hint).toBe(
        `a later policy may only tighten an earlier one: state ${key} in the earlier one, or remove it; what a later one alone states would vouch for itself`,
      );
    }
    expect(mergePolicies([later, EMPTY_POLICY])).toStrictEqual(later);
  },
);

test.each(KEYS)('%s: where nothing is left, both places are named', (name, key) => {
  const error = errorOf(
    { ...EMPTY_POLICY, [name]: stated('policy org\u001b, line 1', 'x', 'y') },
    { ...EMPTY_POLICY, [name]: stated('policy repo, line 2', 'z') },
  );
  expect(error).toMatchObject({ code: 'no-overlap', exitCode: 2, line: undefined });
  expect(error.message).toBe(
    `no ${key} satisfies both (policy org\\x1b, line 1; policy org\\x1b, line 1) and (policy repo, line 2)`,
  );
  expect(error.hint).toContain('may only tighten');
});

const DEVELOPMENT = DEVELOPMENT_IMAGES[0]!.hash;

const image = (changes: Partial<OsImage> = {}): OsImage => ({
  name: 'a',
  mrtd: MRTD,
  rtmr1: RTMR1,
  rtmr2: RTMR2,
  development: false,
  ...changes,
});
const withImages = (source: string, ...images: OsImage[]): Policy => ({
  ...EMPTY_POLICY,
  osImages: stated(source, ...images),
});

test.each<[Partial<OsImage>, Partial<OsImage>, Partial<OsImage>]>([
  [{}, {}, {}],
  [{}, { name: 'b' }, {}],
  // A hash that one alone states would admit an image that the other does not know.
  [{ hash: HASH }, {}, {}],
  [{}, { hash: HASH }, {}],
  [{ rtmr0: RTMR0 }, {}, { rtmr0: RTMR0 }],
  [{ hash: HASH, rtmr0: RTMR0 }, { rtmr0: RTMR0 }, { rtmr0: RTMR0 }],
  // The sign goes with the hash, so what it says stays.
  [{ hash: DEVELOPMENT }, {}, { development: true }],
  [{}, { hash: DEVELOPMENT }, { development: true }],
  [{ hash: HASH, rtmr0: RTMR0 }, { hash: HASH }, { hash: HASH, rtmr0: RTMR0 }],
  [{ hash: HASH }, { hash: HASH }, { hash: HASH }],
  [{ development: true }, {}, { development: true }],
  [{}, { development: true }, { development: true }],
])('two entries of one image are one with what both are found by: %j and %j', (a, b, both) => {
  const merged = mergePolicies([withImages('org', image(a)), withImages('repo', image(b))]);
  expect(merged.osImages).toStrictEqual(stated('org and repo', image(both)));
});

test.each<Partial<OsImage>>([
  { mrtd: RTMR0 },
  { rtmr0: RTMR1 },
  { rtmr1: RTMR0 },
  { rtmr2: RTMR0 },
  { hash: '65'.repeat(32) },
])('entries that differ in %j are two images', (change) => {
  const whole = image({ hash: HASH, rtmr0: RTMR0 });
  const error = errorOf(withImages('org', whole), withImages('repo', { ...whole, ...change }));
  expect(error).toMatchObject({ code: 'no-overlap', message: 'no os_image satisfies both (org) and (repo)' });
});

test('an RTMR0 that the later entry alone states is vouched for by nobody', () => {
  const earlier = withImages('org', image({ hash: HASH }), image({ hash: '65'.repeat(32) }));
  const error = errorOf(earlier, withImages('repo', image({ rtmr0: RTMR0 })));
  expect(error).toMatchObject({ code: 'loosens', exitCode: 2 });
  expect(error.message).toBe('repo states rtmr0 of an os_image, which the policy before it leaves open');
  // One of two machines that the earlier layer names is left; an entry without one does not make it any other.
  const both = withImages('org', image(), image({ rtmr0: RTMR0 }));
  const left = mergePolicies([both, withImages('repo', image({ rtmr0: RTMR0 }))]).osImages;
  expect(left).toStrictEqual(stated('org and repo', image({ rtmr0: RTMR0 })));
  expect(errorOf(both, withImages('repo', image({ rtmr0: RTMR1 })))).toMatchObject({ code: 'loosens' });
  const other = withImages('repo', image({ mrtd: RTMR0, rtmr0: RTMR0 }));
  expect(errorOf(withImages('org', image()), other)).toMatchObject({ code: 'no-overlap' });
});

const byHash = (changes: Partial<OsImage> = {}): OsImage => ({
  name: 'a',
  hash: HASH,
  development: false,
  ...changes,
});

test.each<[OsImage, OsImage, OsImage]>([
  [byHash(), byHash({ name: 'b' }), byHash()],
  [byHash(), image({ hash: HASH }), byHash()],
  [image({ hash: HASH }), byHash(), byHash()],
  [byHash({ rtmr0: RTMR0 }), byHash({ development: true }), byHash({ rtmr0: RTMR0, development: true })],
])('an image that one knows by its hash alone is left with it: %j and %j', (a, b, left) => {
  expect(mergePolicies([withImages('org', a), withImages('repo', b)]).osImages).toStrictEqual(
    stated('org and repo', left),
  );
});

test.each<[OsImage, OsImage]>([
  [byHash(), image()],
  [image(), byHash()],
  [byHash(), byHash({ hash: '65'.repeat(32) })],
  [byHash(), image({ hash: '65'.repeat(32) })],
  [byHash({ rtmr0: RTMR0 }), byHash({ rtmr0: RTMR1 })],
])('whether they are one image nobody can say: %j and %j', (a, b) => {
  expect(errorOf(withImages('org', a), withImages('repo', b))).toMatchObject({ code: 'no-overlap' });
});

/** Whether an image with these registers, and this hash of its own measurement where it carries one, is the entry's. */
const isFound = (entry: OsImage, found: { hash: string | undefined; mrtd: string; rtmr0: string }): boolean =>
  (entry.mrtd === found.mrtd || (entry.hash !== undefined && entry.hash === found.hash)) &&
  (entry.rtmr0 ?? found.rtmr0) === found.rtmr0;

test('no two entries come to one that finds what either does not', () => {
  const values = [undefined, 'a', 'b'];
  const every = values.flatMap((hash) => values.flatMap((mrtd) => values.map((rtmr0) => ({ hash, mrtd, rtmr0 }))));
  const entries = every
    .filter(({ hash, mrtd }) => hash !== undefined || mrtd !== undefined)
    .map((all): OsImage => {
      const registers = all.mrtd === undefined ? {} : { mrtd: all.mrtd, rtmr1: 'x', rtmr2: 'x' };
      return without({ name: 'a', development: false, hash: all.hash, rtmr0: all.rtmr0, ...registers }) as OsImage;
    });
  const machines = every.flatMap(({ hash, mrtd, rtmr0 }) =>
    mrtd === undefined || rtmr0 === undefined ? [] : [{ hash, mrtd, rtmr0 }],
  );
  const pairs = entries.flatMap((a) => entries.map((b) => [a, b, sameImage(a, b)] as const));
  const joined = pairs.flatMap(([a, b, both]) => (both === undefined ? [] : [{ a, b, both }]));
  expect([entries.length, machines.length]).toEqual([24, 12]);
  expect(joined.length).toBeGreaterThan(60);
  // By an RTMR0 os.acpi passes: only by one that both vouch for, or the earlier alone.
  expect(joined.filter(({ a, both }) => both.rtmr0 !== a.rtmr0)).toEqual([]);
  const wrong = joined.flatMap(({ a, b, both }) =>
    machines.filter((one) => isFound(both, one) && !(isFound(a, one) && isFound(b, one))),
  );
  expect(wrong).toEqual([]);
});

test('launchers: what both expect is left', () => {
  const a = { digest: 'sha256:a', program: 'git-launcher' } as const;
  const b = { digest: 'sha256:b', program: 'trusted-workload-launcher' } as const;
  const merge = (earlier: Policy['launchers'], later: Policy['launchers']) =>
    mergePolicies([earlier, later].map((launchers) => ({ ...EMPTY_POLICY, ...(launchers && { launchers }) })))
      .launchers;
  expect(merge(stated<LauncherImage>('org', a, b), stated('repo', b))).toStrictEqual(stated('org and repo', b));
  const otherwise = { ...a, program: 'trusted-workload-launcher' } as const;
  for (const later of [b, otherwise]) {
    expect(() => merge(stated('org', a), stated('repo', later))).toThrow('no launcher satisfies both (org) and (repo)');
  }
});

const admit = <T>(source: string, value: T): Admission<T> => ({ value, reason: `${source} says`, source });
const servicesOf = (source: string, ...all: { digest: string; definition?: string }[]): Policy => ({
  ...EMPTY_POLICY,
  services: all.map((value) => admit(source, value)),
});
const any = { digest: 'sha256:a' };
const read = { digest: 'sha256:a', definition: 'd1' };
const otherRead = { digest: 'sha256:a', definition: 'd2' };

test('services: a later layer keeps fewer, or says more exactly which', () => {
  const merge = (...layers: Policy[]) => mergePolicies(layers).services;
  const left = [{ value: read, reason: 'repo says', source: 'org and repo' }];
  expect(merge(servicesOf('org', any), servicesOf('repo', read))).toStrictEqual(left);
  expect(merge(servicesOf('org', otherRead, read), servicesOf('repo', read))).toStrictEqual(left);
  const earlier = servicesOf('org', any, read);
  expect(merge(earlier, EMPTY_POLICY)).toBe(earlier.services);
});

test.each([
  [servicesOf('org', read), any, 'sha256:a as whatever the file makes of it'],
  [servicesOf('org', read), otherRead, 'sha256:a as d2'],
  [servicesOf('org', any), { ...read, digest: 'sha256:b' }, 'sha256:b as d1'],
  [servicesOf('org', any), { digest: 'sha256:b\u001b' }, 'sha256:b\\x1b as whatever the file makes of it'],
  [EMPTY_POLICY, any, 'sha256:a as whatever the file makes of it'],
])('services: what the earlier layer does not admit loosens it: %j, %j', (earlier, value, shown) => {
  const error = errorOf(earlier, servicesOf('repo', value));
  expect(error).toMatchObject({ code: 'loosens', exitCode: 2 });
  expect(error.message).toBe(`repo accepts service ${shown}, which the policy before it does not`);
  expect(error.hint).toContain('accept it in the earlier one, or remove it');
});

test('scripts: a later layer keeps fewer, whatever it calls them', () => {
  const scriptsOf = (source: string, ...all: [string, string][]): Policy => ({
    ...EMPTY_POLICY,
    scripts: all.map(([sha256, name]) => admit(source, { sha256, name })),
  });
  const earlier = scriptsOf('org', ['11', 'start'], ['22', 'init']);
  const merged = mergePolicies([earlier, scriptsOf('repo', ['22', 'other'])]);
  const left = { value: { sha256: '22', name: 'other' }, reason: 'repo says', source: 'org and repo' };
  expect(merged).toStrictEqual({ ...EMPTY_POLICY, scripts: [left] });
  expect(mergePolicies([earlier, EMPTY_POLICY])).toStrictEqual(earlier);
  const error = errorOf(earlier, scriptsOf('repo', ['33', 'start']));
  expect(error).toMatchObject({ code: 'loosens' });
  expect(error.message).toBe('repo accepts script start (33), which the policy before it does not');
});

const EXCEPTIONS = [
  ['tcbStatuses', 'TCB status'],
  ['advisories', 'advisory'],
  ['developmentImages', 'development image'],
  ['findings', 'finding'],
] as const;
const except = (source: string, value: string, until = 100): Exception<never> => ({
  value: value as never,
  reason: `${source} says`,
  until,
  source,
});

test.each(EXCEPTIONS)('%s: a later layer keeps fewer, for no longer', (name) => {
  const earlier = { ...EMPTY_POLICY, [name]: [except('org', 'a'), except('org', 'b')] };
  const later = { ...EMPTY_POLICY, [name]: [except('repo', 'b', 99)] };
  const left = { value: 'b', reason: 'repo says', until: 99, source: 'org and repo' };
  expect(mergePolicies([earlier, later])).toStrictEqual({ ...EMPTY_POLICY, [name]: [left] });
  expect(mergePolicies([earlier, EMPTY_POLICY])).toStrictEqual(earlier);
  expect(mergePolicies([earlier, earlier])).toStrictEqual(earlier);
});

test.each(EXCEPTIONS)('%s: what the earlier layer does not accept loosens it', (name, what) => {
  const earlier = { ...EMPTY_POLICY, [name]: [except('org', 'a')] };
  const stranger = errorOf(earlier, { ...EMPTY_POLICY, [name]: [except('repo\u001b', 'b\u001b')] });
  expect(stranger).toMatchObject({
    code: 'loosens',
    exitCode: 2,
    message: `repo\\x1b accepts ${what} b\\x1b, which the policy before it does not`,
  });
  expect(stranger.hint).toContain('accept it in the earlier one, or remove it');
  const longer = errorOf(earlier, { ...EMPTY_POLICY, [name]: [except('repo', 'a', 101)] });
  expect(longer).toMatchObject({ code: 'loosens', message: `repo accepts ${what} a for longer than org does` });
  expect(longer.hint).toContain('no later than the earlier one');
  expect(errorOf(EMPTY_POLICY, { ...EMPTY_POLICY, [name]: [except('repo', 'b')] })).toMatchObject({ code: 'loosens' });
});

test('required checks unite', () => {
  const earlier: Policy = { ...EMPTY_POLICY, required: stated('org', 'freshness', 'app.id') };
  const later: Policy = { ...EMPTY_POLICY, required: stated('repo', 'app.id', 'os.acpi') };
  expect(mergePolicies([earlier, later]).required).toStrictEqual([
    ...stated('org', 'freshness', 'app.id'),
    ...stated('repo', 'os.acpi'),
  ]);
});

/** Something to be judged, as small as the layers: so that both answers are common. */
interface Case {
  word: string;
  /** `hash`: of its own measurement, where it carries one. */
  image: { hash: string | undefined; mrtd: string; rtmr0: string };
  launcher: string;
  services: readonly { digest: string; definition: string }[];
  scripts: readonly string[];
  statuses: readonly string[];
  passed: readonly string[];
  now: number;
}

const accepts = (
  policy: Policy,
  { word, image: found, launcher, services, scripts, statuses, passed, now }: Case,
): boolean =>
  LISTS.every((name) => policy[name]?.some(({ value }) => value === word) ?? true) &&
  (policy.osImages?.some(({ value }) => isFound(value, found) && !value.development) ?? true) &&
  (policy.launchers?.some(({ value }) => `${value.digest} ${value.program}` === launcher) ?? true) &&
  services.every((one) =>
    policy.services.some(
      ({ value: { digest, definition } }) =>
        digest === one.digest && (definition === undefined || definition === one.definition),
    ),
  ) &&
  scripts.every((one) => policy.scripts.some(({ value }) => value.sha256 === one)) &&
  EXCEPTIONS.every(([name]) =>
    statuses.every((one) => policy[name].some(({ value, until }) => value === one && now < until)),
  ) &&
  policy.required.every(({ value }) => passed.includes(value));

const letter = fc.constantFrom('a', 'b', 'c');
const list = seldom(fc.uniqueArray(letter, { minLength: 1 }).map((all) => stated('s', ...all)));
const maybe = fc.option(letter, { nil: undefined });
const anyImage = fc
  .record({ name: letter, hash: maybe, mrtd: maybe, rtmr0: maybe, development: fc.boolean() })
  .filter(({ hash, mrtd }) => hash !== undefined || mrtd !== undefined)
  .map((all) => without({ ...all, ...(all.mrtd === undefined ? {} : { rtmr1: 'x', rtmr2: 'x' }) }) as OsImage);
const launcher = fc.record({ digest: letter, program: fc.constantFrom('git-launcher', 'trusted-workload-launcher') });
const admissions = <T>(value: fc.Arbitrary<T>) =>
  seldom(
    fc.array(value, { maxLength: 3 }).map((all) => all.map((one) => admit('s', one))),
    [],
  );
const exceptions = seldom(
  fc
    .uniqueArray(fc.record({ value: letter, until: fc.integer({ min: 1, max: 4 }) }), {
      selector: ({ value }) => value,
    })
    .map((all) => all.map(({ value, until }) => except('s', value, until))),
  [],
);
const policy = fc
  .record({
    ...Object.fromEntries(LISTS.map((name) => [name, list])),
    osImages: fc.option(
      fc.array(anyImage, { minLength: 1, maxLength: 3 }).map((all) => stated('s', ...all)),
      { nil: undefined, freq: 2 },
    ),
    launchers: seldom(fc.array(launcher, { minLength: 1, maxLength: 3 }).map((all) => stated('s', ...all))),
    services: admissions(fc.record({ digest: letter, definition: maybe }).map(without)),
    scripts: admissions(fc.record({ sha256: letter, name: letter })),
    ...Object.fromEntries(EXCEPTIONS.map(([name]) => [name, exceptions])),
    required: seldom(
      fc.uniqueArray(letter, { maxLength: 2 }).map((all) => stated('s', ...all)),
      [],
    ),
  })
  .map((all) => without(all) as unknown as Policy);
const anyCase: fc.Arbitrary<Case> = fc.record({
  word: letter,
  image: fc.record({ hash: maybe, mrtd: letter, rtmr0: letter }),
  launcher: launcher.map(({ digest, program }) => `${digest} ${program}`),
  services: seldom(fc.array(fc.record({ digest: letter, definition: letter }), { maxLength: 1 }), []),
  scripts: seldom(fc.uniqueArray(letter, { maxLength: 1 }), []),
  statuses: seldom(fc.uniqueArray(letter, { maxLength: 2 }), []),
  passed: fc.uniqueArray(letter),
  now: fc.integer({ min: 0, max: 4 }),
});

test('merging never lets more pass than an earlier layer, nor more than a later one expects', () =>
  holds(
    fc.property(
      fc.array(policy, { minLength: 1, maxLength: 3 }),
      fc.array(anyCase, { minLength: 20 }),
      (layers, cases) => {
        let merged: Policy;
        try {
          merged = mergePolicies(layers);
        } catch (error) {
          return error instanceof PolicyError && ['loosens', 'no-overlap'].includes(error.code);
        }
        const { services, scripts, tcbStatuses, advisories, developmentImages, findings } = merged;
        const said = { services, scripts, tcbStatuses, advisories, developmentImages, findings };
        return cases
          .filter((one) => accepts(merged, one))
          .every((one) =>
            layers.every((layer, index) => {
              // A later layer that names no exceptions and admissions has no say on them.
              const held = index === 0 ? layer : { ...layer, ...said };
              return accepts(held, one);
            }),
          );
      },
    ),
    1000,
  ));

test('merging never lets a later layer vouch for anything', () =>
  holds(
    fc.property(fc.array(policy, { minLength: 2, maxLength: 3 }), (layers) => {
      let merged: Policy;
      try {
        merged = mergePolicies(layers);
      } catch (error) {
        return error instanceof PolicyError && ['loosens', 'no-overlap'].includes(error.code);
      }
      const names = [...LISTS, 'osImages', 'launchers'] as const;
      return names.every((name) => (merged[name] === undefined) === (layers[0]?.[name] === undefined));
    }),
    1000,
  ));

test('a layer given twice changes nothing of what passes', () =>
  holds(
    fc.property(policy, fc.array(anyCase, { minLength: 20 }), (layer, cases) => {
      const twice = mergePolicies([layer, layer]);
      return cases.every((one) => accepts(twice, one) === accepts(layer, one));
    }),
  ));
