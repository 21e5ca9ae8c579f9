import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkPolicies } from '../../src/cli/policy-check.ts';
import { COMMIT, DEFINITION, DIGEST, FULL, HASH } from '../audit/policy/samples.ts';
import { useScratch } from '../support/use-scratch.ts';

const COMMIT_A = 'a1'.repeat(20);
const COMMIT_B = 'b2'.repeat(20);

const write = (...texts: string[]): string[] => {
  const scratch = useScratch();
  return texts.map((text, index) => {
    const path = scratch.join(`p${index}.toml`);
    writeFileSync(path, text);
    return path;
  });
};

test('an empty policy is none', () => {
  expect(() => checkPolicies(write(''))).toThrow(expect.objectContaining({ code: 'states-nothing' }));
});

test('what one policy comes to, each value with its place', () => {
  const [path = ''] = write(`repository = "https://git.example/a"
commit = ["${COMMIT_A}", "${COMMIT_B}"]
[[advisory.accept]]
id = "INTEL-SA-00837"
reason = "the host is updated next month"
until = 2026-12-01
`);
  const text = checkPolicies([path]);
  expect(text).toMatch(/^the policy is well formed\nrepository, one of\n {2}https:\/\/git\.example\/a\n {4}from /);
  expect(text).toContain(`\ncommit, one of\n  ${COMMIT_A}\n    from `);
  expect(text).toContain(`\n  ${COMMIT_B}\n    from `);
  expect(text).toContain(
    '\nadvisory accepted\n  INTEL-SA-00837\n    because the host is updated next month\n    until   2026-12-01T00:00:00.000Z\n    from ',
  );
});

describe('of the launcher, its build and its neighbours', () => {
  const text = (): string => checkPolicies(write(FULL));
  /** A title and the lines of its values, up to where each comes from. */
  const titled = (title: string, ...values: string[]): string =>
    `\n${title}${values.map((value) => `\n  ${value}\n    from    `).join('[^\\n]*(?:\n {12}[^\\n]*)*')}`;

  test.each([
    [
      'launcher image, one of',
      [`${DIGEST} as\n  trusted-workload-launcher`, `sha256:${'1a'.repeat(32)} as\n  git-launcher`],
    ],
    ['launcher built from the repository', ['https://github.com/example/launcher']],
    ['launcher built from the repository of the number', ['1']],
    ['launcher built from a repository of the owner of the number', ['20']],
    ['launcher built from the commit', [COMMIT]],
    ['launcher built by the workflow', ['.github/workflows/release.yml']],
    ['launcher built by a workflow in the repository', ['https://github.com/example/builders']],
    ['launcher built by a workflow of the ref, one of', ['refs/tags/v[*]']],
    ['launcher built by a workflow of the commit', ['cd'.repeat(20)]],
    ['launcher built from the ref, one of', ['refs/heads/main', 'refs/tags/v[*]']],
    ['launcher built on a machine of the kind, one of', ['self-hosted']],
    ['launcher built because of the event, one of', ['push', 'merge_group']],
    ['launcher provenance of the kind, one of', ['https://slsa.dev/provenance/v0.2']],
    ['launcher vouched for by the Sigstore, one of', ['github', 'other']],
  ])('%s', (title, values) => {
    expect(text()).toMatch(new RegExp(titled(title, ...values)));
  });

  test('who may run beside it, and why', () => {
    expect(text()).toContain(
      `\nservice admitted beside the launcher\n  ${DIGEST}\n  defined as ${DEFINITION}\n    because the proxy\n    from    `,
    );
    expect(text()).toContain(`\n  ${DIGEST}\n  whatever the file makes it do\n    because any other\n    from    `);
    expect(text()).toContain(`\nscript admitted\n  start, SHA-256\n  ${HASH}\n    because read in full\n    from    `);
  });
});

test('of several policies what is left', () => {
  const text = checkPolicies(write(`commit = ["${COMMIT_A}", "${COMMIT_B}"]`, `commit = "${COMMIT_B}"`));
  expect(text).toMatch(/^the 2 policies are well formed\n/);
  expect(text).toContain(COMMIT_B);
  expect(text).not.toContain(COMMIT_A);
});

test('what is wrong with one, or with both together', () => {
  expect(() => checkPolicies(write('comit = ""'))).toThrow(
    expect.objectContaining({ code: 'unknown-key', exitCode: 30 }),
  );
  expect(() => checkPolicies(write(`commit = "${COMMIT_A}"`, `commit = "${COMMIT_B}"`))).toThrow(
    expect.objectContaining({ code: 'no-overlap', exitCode: 2 }),
  );
  expect(() => checkPolicies([useScratch().join('none')])).toThrow(expect.objectContaining({ code: 'unreadable' }));
});
