import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PolicyError } from '../../../src/audit/policy/errors.ts';
import { parsePolicy } from '../../../src/audit/policy/parse.ts';
import { policyTemplate } from '../../../src/audit/policy/template.ts';
import { holds } from '../../support/property.ts';
import {
  APP_ID,
  COMMIT,
  DEFINITION,
  DIGEST,
  HASH,
  KMS_ID,
  MRTD,
  REPOSITORY,
  RTMR0,
  RTMR1,
  RTMR2,
  TREE,
} from './samples.ts';

const FACTS = {
  repository: REPOSITORY,
  commit: COMMIT,
  tree_sha256: TREE,
  app_id: APP_ID,
  key_provider_id: KMS_ID,
  os_image_name: 'dstack-0.5.8',
  os_image_hash: HASH,
  mrtd: MRTD,
  rtmr0: RTMR0,
  rtmr1: RTMR1,
  rtmr2: RTMR2,
  launcher_digest: DIGEST,
  launcher_image: 'ghcr.io/example/launcher',
  neighbour_digests: `${DIGEST} sha256:${DEFINITION}`,
};

const uncommented = (text: string): string => text.replaceAll(/^# /gm, '');
const parse = (text: string) => parsePolicy(Buffer.from(text), 'new');

/** A policy that states nothing: well formed, and refused as such and for nothing else. */
const statesNothing = (text: string): boolean => {
  try {
    parse(text);
    return false;
  } catch (error) {
    return error instanceof PolicyError && error.code === 'states-nothing';
  }
};

test('as it is written it states nothing, and is none yet', () => {
  expect(statesNothing(policyTemplate('info.json', FACTS))).toBe(true);
});

test('uncommented it holds every value that was found', () => {
  const values = (list: readonly { value: unknown }[] | undefined) => list?.map(({ value }) => value);
  const policy = parse(uncommented(policyTemplate('info.json', FACTS)));
  expect(values(policy.repositories)).toEqual([REPOSITORY]);
  expect(values(policy.commits)).toEqual([COMMIT]);
  expect(values(policy.treeSha256s)).toEqual([TREE]);
  expect(values(policy.appIds)).toEqual([APP_ID]);
  expect(values(policy.keyProviderIds)).toEqual([KMS_ID]);
  expect(values(policy.osImages)).toEqual([
    { name: 'dstack-0.5.8', hash: HASH, mrtd: MRTD, rtmr0: RTMR0, rtmr1: RTMR1, rtmr2: RTMR2, development: false },
  ]);
  expect(values(policy.launchers)).toEqual([{ digest: DIGEST, program: 'trusted-workload-launcher' }]);
  expect(policy.services).toMatchObject([
    { value: { digest: DIGEST }, reason: 'found in this deployment; nobody has read it' },
    { value: { digest: `sha256:${DEFINITION}` }, reason: 'found in this deployment; nobody has read it' },
  ]);
  expect(policy.provenance).toBeUndefined();
});

test('the whole text', () => {
  const { os_image_name, os_image_hash, rtmr0, tree_sha256, ...facts } = FACTS;
  expect([os_image_name, os_image_hash, rtmr0, tree_sha256]).not.toContain(undefined);
  const found = {
    ...facts,
    commit: 'main',
    launcher_image: 'launcher\n',
    neighbour_digests: ` ${DIGEST}  x ${DIGEST} `,
  };
  expect(policyTemplate('https://x\u001b/', found)).toBe(`## A policy for https://x\\x1b/
##
## Every value below was found in the evidence itself. A value that is compared with where it came from proves nothing:
## compare each with another source (the repository, its release notes, the owner, the maker of the OS image) before you
## remove the # in front of it. What stays commented out is not expected, and what is not expected is never VERIFIED.

## Where the source is. Ask the owner, not the deployment.
# repository = "${REPOSITORY}"

## The commit that you read.
## The evidence names a commit that no policy can hold.

## The tree of that commit, as --dry-run of the launcher prints it.
## The evidence names no tree_sha256.

## The app id that the owner published.
# app_id = "${APP_ID}"

## Who gave the keys: the root key that the operator of the KMS published.
# key_provider_id = "${KMS_ID}"

## The OS image: compare with a build of its source or with what its maker publishes.
# [[os_image]]
# name = "the image of this deployment"
# mrtd = "${MRTD}"
# rtmr1 = "${RTMR1}"
# rtmr2 = "${RTMR2}"

## The image that holds the launcher: compare with the digest that its maker publishes.
## The compose file names it launcher\\n
# [[launcher]]
# digest = "${DIGEST}"

## Who built the launcher's image. The evidence does not say it; take it from its maker, and write it as here:
## [provenance]
## repository = "https://github.com/owner/name"
## workflow = ".github/workflows/release.yml"

## The services that run beside the launcher: read each of them, and say why it may run.
# [[service]]
# digest = "${DIGEST}"
# reason = "found in this deployment; nobody has read it"
## The evidence names one by a digest that no policy can hold.
`);
});

test('without registers there is no image to suggest', () => {
  const text = policyTemplate('info.json', {});
  expect(text).toContain('\n## The evidence names neither the hash nor all registers of an image.\n');
  expect(text).toContain('publishes.\n## The evidence names no digest of it.\n');
  expect(text.endsWith('release.yml"\n')).toBe(true);
  expect(text).not.toMatch(/^# /m);
  expect(text).toContain('\n## The evidence names no repository.\n');
});

test('an image is suggested by its hash alone where there are no registers', () => {
  const text = policyTemplate('info.json', { os_image_hash: HASH });
  expect(text).toContain(`\n# [[os_image]]\n# name = "the image of this deployment"\n# hash = "${HASH}"\n\n`);
});

test.each([' ', 'a\u202eb', 'a\u0001', '\ud800', 'a\nb'])(
  'a name that no policy can hold is not written: %j',
  (name) => {
    const text = policyTemplate('info.json', { os_image_hash: HASH, os_image_name: name });
    expect(text).toContain('# name = "the image of this deployment"\n');
  },
);

test.each(['latest', `sha256:${'0'.repeat(64)}`, ''])(
  'a digest of a launcher that is none is not written: %j',
  (digest) => {
    const text = policyTemplate('info.json', { launcher_digest: digest, neighbour_digests: ' ' });
    expect(text).toContain('publishes.\n## The evidence names a digest of it that no policy can hold.\n');
    expect(text).not.toMatch(/^# /m);
  },
);

test('the example of provenance is a policy', () => {
  const text = policyTemplate('info.json', {});
  const example = text.slice(text.indexOf('[provenance]')).replaceAll('## ', '');
  expect(Object.keys(parse(example).provenance!)).toEqual(['repository', 'workflow']);
});

test('whatever the evidence says, the text is a policy, commented or not', () =>
  holds(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.dictionary(
        fc.constantFrom(...Object.keys(FACTS)),
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...Object.values(FACTS))),
      ),
      (target, facts) => {
        const text = policyTemplate(target, facts);
        expect(statesNothing(text)).toBe(true);
        const all = uncommented(text);
        if (!statesNothing(all)) expect(parse(all).required).toEqual([]);
      },
    ),
  ));
