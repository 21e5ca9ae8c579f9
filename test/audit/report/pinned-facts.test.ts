import { describe, expect, test } from 'vitest';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import { factsOf } from '../../../src/audit/facts.ts';
import { findingsOf } from '../../../src/audit/findings.ts';
import { parsePolicy } from '../../../src/audit/policy/parse.ts';
import { policyTemplate } from '../../../src/audit/policy/template.ts';
import { composeFile, DEFAULT_PIN, LAUNCHER_IMAGE } from '../../mocks/deployment/app-compose.ts';
import { accepted, broken, contextOf, deploy, goodInfo, infoOf, policy, stated } from '../checks/support.ts';
import { script, sourceFacts, TREE_SHA256, withSource } from './source-samples.ts';

const NAMES = ['launcher_image', 'launcher_digest', 'neighbour_digests', 'repository', 'commit', 'tree_sha256'];
const LAUNCHER_DIGEST = `sha256:${'51'.repeat(32)}`;
const DIGEST_A = `sha256:${'a1'.repeat(32)}`;
const DIGEST_B = `sha256:${'b2'.repeat(32)}`;

/** Those of the facts that the compose text and the source give. */
const facts = (evidence: AuditEvidence): Record<string, string> =>
  Object.fromEntries(Object.entries(factsOf(contextOf(evidence))).filter(([name]) => NAMES.includes(name)));

const PINNED = {
  launcher_image: LAUNCHER_IMAGE.slice(0, LAUNCHER_IMAGE.indexOf('@')),
  launcher_digest: LAUNCHER_DIGEST,
  repository: 'https://github.com/example/workload.git',
  commit: '3b18e512dba79e4c8300dd08aeb37f8e728b8dad',
};

const withServices = (...services: string[]): string =>
  composeFile().replace('services:\n', `services:\n${services.join('')}`);

const source = sourceFacts(script(undefined));

describe('facts of the compose text', () => {
  test('of a launcher that is alone', () => {
    expect(facts(goodInfo)).toEqual(PINNED);
  });

  test('the image with its tag', () => {
    const image = LAUNCHER_IMAGE.replace('@', ':1.2@');
    expect(facts(infoOf(deploy({ image }))).launcher_image).toBe(`${PINNED.launcher_image}:1.2`);
  });

  test('neighbours by their digests, each once; one by a tag has none', () => {
    const text = withServices(
      `  a:\n    image: one@${DIGEST_A}\n`,
      `  b:\n    image: two@${DIGEST_B}\n`,
      `  c:\n    image: other/one@${DIGEST_A}\n`,
      '  d:\n    image: three:latest\n',
      '  e:\n    build: .\n',
    );
    expect(facts(infoOf(deploy({ composeFile: text })))).toEqual({
      ...PINNED,
      neighbour_digests: `${DIGEST_A} ${DIGEST_B}`,
    });
  });

  test('of several images that a policy knows as launchers none is a neighbour', () => {
    const evidence = infoOf(deploy({ composeFile: withServices(`  a:\n    image: one@${DIGEST_A}\n`) }));
    const program = 'trusted-workload-launcher';
    const launchers = [LAUNCHER_DIGEST, DIGEST_B].map((digest) => stated({ digest, program } as const));
    expect(factsOf(contextOf(evidence, policy({ launchers }))).neighbour_digests).toBe(DIGEST_A);
  });

  test("the responder, which is of the launcher's image, is no neighbour", () => {
    const text = withServices(`  attest:\n    image: ${LAUNCHER_IMAGE}\n    entrypoint: [twl-attest]\n`);
    expect(facts(infoOf(deploy({ composeFile: text })))).toEqual(PINNED);
  });

  test('of a pin that cannot be read the launcher is left', () => {
    const { launcher_image, launcher_digest } = PINNED;
    expect(facts(infoOf(deploy({ pin: 'REPO_URL=x' })))).toEqual({ launcher_image, launcher_digest });
  });

  test('of no compose file nothing', () => {
    expect(facts(infoOf(deploy({ appComposeKeys: { docker_compose_file: undefined } })))).toEqual({});
    expect(facts({ ...goodInfo, appCompose: broken() })).toEqual({});
  });
});

describe('the tree', () => {
  const pinned = infoOf(deploy({ pin: `${DEFAULT_PIN}\nTREE_SHA256=${'ab'.repeat(32)}` }));

  test('is the one of the pin', () => {
    expect(facts(pinned).tree_sha256).toBe('ab'.repeat(32));
    expect(facts(withSource(source, pinned)).tree_sha256).toBe('ab'.repeat(32));
  });

  test('else what the source has', () => {
    expect(facts(withSource(source))).toEqual({ ...PINNED, tree_sha256: TREE_SHA256 });
  });

  test('else none', () => {
    const error = new Error('x');
    for (const one of [
      withSource({ ...source, commit: { error } }),
      withSource(sourceFacts(script(undefined), {}, { treeSha256: { error } })),
      { ...goodInfo, source: broken() },
    ]) {
      expect(facts(one)).toEqual(PINNED);
    }
  });
});

test('a first policy proposes all of them, and holds what was found', () => {
  const text = withServices(`  a:\n    image: one@${DIGEST_A}\n`);
  const evidence = withSource(source, infoOf(deploy({ composeFile: text })));
  const template = policyTemplate('info.json', factsOf(contextOf(evidence)));
  const filled = template.replace(/^# (?!#)/gm, '');
  expect(parsePolicy(new TextEncoder().encode(filled), 'policy')).toMatchObject({
    repositories: [{ value: PINNED.repository }],
    commits: [{ value: PINNED.commit }],
    treeSha256s: [{ value: TREE_SHA256 }],
    launchers: [{ value: { digest: LAUNCHER_DIGEST } }],
    services: [{ value: { digest: DIGEST_A } }],
  });
});

describe('findings of the source', () => {
  const finding = { id: 'source.lfs', text: 'a is a pointer', path: 'a', line: 1 };
  const bare = { id: 'source.unlocked-packages', text: 'more' };
  const evidence = withSource(sourceFacts(script(undefined), {}, { findings: [finding, bare] }));

  test('keep their path and line', () => {
    expect(findingsOf(contextOf(evidence))).toEqual([finding, bare]);
  });

  test('may be accepted', () => {
    expect(findingsOf(contextOf(evidence, policy({ findings: [accepted('source.lfs')] })))).toEqual([
      { ...finding, accepted: { reason: 'a test', source: 'org.toml line 3' } },
      bare,
    ]);
  });

  test('are none where the source or the app-compose cannot be read', () => {
    const { appCompose: _, ...without } = evidence;
    for (const one of [without, { ...evidence, source: broken() }, { ...evidence, appCompose: broken() }]) {
      expect(findingsOf(contextOf(one, { commit: stated('c') }))).toEqual([]);
    }
  });
});
