import { describe, expect, test } from 'vitest';
import { checkOutput } from '../../../src/audit/pinning/check-output.ts';
import { composeText, configText, type Deployment, PLACEHOLDER_IMAGE } from '../../../src/audit/pinning/deployment.ts';
import { derivedComposeText, dockerfileText } from '../../../src/audit/pinning/derived-image.ts';
import { canonicalPin } from '../../../src/pin/canonical.ts';
import { parsePin } from '../../../src/pin/parse.ts';
import type { Pin } from '../../../src/pin/types.ts';
import { IMAGE, LAUNCHER, PIN, review } from '../../compose/support.ts';
import { look, said, thrownBy } from '../lint/support.ts';

const pinOf = (...lines: string[]): Pin => {
  const kept = PIN.filter((line) => !lines.some((other) => other.split('=')[0] === line.split('=')[0]));
  const parsed = parsePin(Buffer.from([...kept, ...lines].join('\n')), {
    source: 's',
    defaults: { entrypointScript: 'tee-launch.sh', submodules: 'no' },
  });
  if (!parsed.ok) throw parsed.errors[0];
  return parsed.pin;
};

const COMMIT = pinOf().commitSha;
const TAG = 'd4'.repeat(20);
const resolved = { commit: COMMIT, format: 'sha1' as const, ref: 'refs/tags/v1', tag: TAG };
const deployment = (more: Partial<Deployment> = {}): Deployment => ({
  pin: pinOf(),
  resolved,
  at: 1_786_579_200,
  image: IMAGE,
  attest: false,
  ...more,
});

describe('the config', () => {
  test('is canonical, below a comment on where the commit came from', () => {
    expect(configText(deployment())).toBe(
      `# The commit that refs/tags/v1 held on 2026-08-13T00:00:00Z,
# through the annotated tag ${TAG}
# of https://github.com/example/workload.git
${canonicalPin(pinOf())}`,
    );
  });

  test.each([
    [{ ...resolved, tag: undefined }, '# The commit that refs/tags/v1 held on 2026-08-13T00:00:00Z,\n# of https:'],
    [
      { ...resolved, tag: undefined, ref: undefined },
      '# The commit was named by its hash, 2026-08-13T00:00:00Z, of https:',
    ],
    [{ ...resolved, ref: 'refs/heads/a\u202e\u0085b' }, '# The commit that refs/heads/a\\u{202e}\\x85b held'],
  ])('%j', (given, start) => {
    const text = configText(deployment({ resolved: given }));
    expect(text.startsWith(start)).toBe(true);
    expect(look(text)).toMatchObject({ exit: 0 });
  });
});

describe('the compose file', () => {
  test('is the recommended deployment', () => {
    expect(composeText(deployment({ resolved: { ...resolved, tag: undefined } }))).toBe(
      `# The commit that refs/tags/v1 held on 2026-08-13T00:00:00Z,
# of https://github.com/example/workload.git
services:
  workload:
    image: ${IMAGE}
    environment:
      LAUNCHER_CONFIG: |
        REPO_URL=https://github.com/example/workload.git
        COMMIT_SHA=${COMMIT}
        WORK_DIR=/srv/workload/checkout
        ENTRYPOINT_SCRIPT=tee-launch.sh
        SUBMODULES=no
        RECEIPT=auto
    # The workload can change nothing in the image, and gains no right that it does not have.
    read_only: true
    security_opt: ['no-new-privileges:true']
    cap_drop: [ALL]
    # The checkout survives restarts; every byte of it is checked again on each start.
    volumes:
      - type: volume
        source: checkout
        target: "/srv/workload"
    # dstack's guest agent: the launcher leaves a receipt before anything of the commit runs.
      - /var/run/dstack.sock:/var/run/dstack.sock
    tmpfs: [/tmp, /run/trusted-workload-launcher]
    restart: unless-stopped
    stop_grace_period: 30s
volumes:
  checkout:
`,
    );
  });

  test('is clean without a word, and so under a policy that names the image', () => {
    const text = composeText(deployment());
    expect(said(look(text), true)).toEqual([]);
    const launchers = [{ value: { digest: LAUNCHER, program: 'trusted-workload-launcher' as const }, source: 's' }];
    expect(look(text, { launchers })).toMatchObject({ exit: 0, findings: [] });
  });

  test('without an image has a placeholder that is told', () => {
    const text = composeText(deployment({ image: PLACEHOLDER_IMAGE }));
    expect(text).toContain(
      `    # To be filled in: the image of the launcher, by its digest.\n    image: ${PLACEHOLDER_IMAGE}\n`,
    );
    expect(said(look(text))).toEqual([
      expect.stringMatching('^compose.launcher 7 failed .* is a placeholder, all zeros$'),
    ]);
    expect(composeText(deployment())).not.toContain('filled in');
  });

  test.each([
    ['/srv/a', '/srv/a'],
    ['/srv/a/b', '/srv/a'],
    ['/srv/a/b/c', '/srv/a/b'],
    ['/data', '/data'],
  ])('for %s keeps %s', (workDir, kept) => {
    const text = composeText(deployment({ pin: pinOf(`WORK_DIR=${workDir}`) }));
    expect(review(text).launcher?.mounts).toMatchObject([
      { kind: 'volume', source: 'checkout', target: kept, readOnly: false },
      { kind: 'bind', source: '/var/run/dstack.sock', target: '/var/run/dstack.sock' },
      { kind: 'tmpfs', target: '/tmp' },
      { kind: 'tmpfs', target: '/run/trusted-workload-launcher' },
    ]);
  });

  test('with twl-attest lets it read the receipt, and nothing else', () => {
    const text = composeText(deployment({ attest: true }));
    expect(text).toContain(`  attest:\n    image: ${IMAGE}\n    entrypoint: [twl-attest]\n    user: '1000'\n`);
    expect(text).toContain('      - receipt:/run/trusted-workload-launcher:ro\n');
    expect(text.endsWith('volumes:\n  checkout:\n  receipt:\n')).toBe(true);
    expect(review(text).launcher?.mounts).toMatchObject([
      { source: 'checkout' },
      { source: '/var/run/dstack.sock' },
      { kind: 'volume', source: 'receipt', target: '/run/trusted-workload-launcher', readOnly: false },
      { kind: 'tmpfs', target: '/tmp' },
    ]);
    expect(said(look(text), true)).toEqual([
      expect.stringMatching(/^compose\.exposure \d+ information .*: attest opens the port 8091:8091$/),
    ]);
    const launchers = [{ value: { digest: LAUNCHER, program: 'trusted-workload-launcher' as const }, source: 's' }];
    expect(look(text, { launchers })).toMatchObject({ exit: 0 });
    const derived = derivedComposeText(deployment({ attest: true }));
    expect(derived).toContain(`  attest:\n    image: ${IMAGE}\n`);
  });

  test('without a receipt nobody is asked for one', () => {
    const text = composeText(deployment({ pin: pinOf('RECEIPT=off') }));
    expect(text).not.toContain('dstack');
    expect(text).toContain('    tmpfs: [/tmp]\n');
    expect(said(look(text), true)).toEqual([]);
  });

  test('files that the pin names are to be mounted, and the text says so', () => {
    const pin = pinOf('REPO_CREDENTIAL_FILE=/run/secrets/a', 'REPO_CA_FILE=/run/secrets/\u00e9');
    const text = composeText(deployment({ pin }));
    expect(text).toContain('    # To be mounted, read-only: what the launcher reads');
    expect(text).toContain('    #   /run/secrets/a\n    #   /run/secrets/\u00e9\n    tmpfs:');
    expect(said(look(text), true)).toEqual([]);
    expect(composeText(deployment())).not.toContain('To be mounted');
  });

  test.each([
    ['REPO_URL=https://a.example/$HOME/$$b/$(c)'],
    ['WORK_DIR=/srv/$a b/"c": {d}'],
    ["WORK_DIR='/srv/a #b/c'"],
    ['WORK_DIR=/srv/é:ro/x'],
    ['ENTRYPOINT_SCRIPT=a $b/$(c)\\d.sh'],
  ])('holds %s as it is', (line) => {
    const pin = pinOf(line);
    const text = composeText(deployment({ pin }));
    expect(review(text).pinText?.text).toBe(canonicalPin(pin));
    expect(
      thrownBy(() => checkOutput({ 'c.yml': text, 'l.conf': configText(deployment({ pin })) }, pin, IMAGE)),
    ).toBeUndefined();
  });
});

describe('what would not be clean is not written', () => {
  const check = (pin: Pin, image: string, text = composeText(deployment({ pin, image }))): unknown =>
    thrownBy(() => checkOutput({ 'docker-compose.yml': text }, pin, image));

  test('a placeholder may be left open, and nothing else', () => {
    expect(check(pinOf(), IMAGE)).toBeUndefined();
    expect(check(pinOf(), PLACEHOLDER_IMAGE)).toBeUndefined();
    const text = composeText(deployment({ image: PLACEHOLDER_IMAGE }));
    expect(check(pinOf(), IMAGE, text)).toMatchObject({
      code: 'not-clean',
      message: expect.stringContaining('placeholder'),
    });
  });

  test('a work directory over files of the image', () => {
    expect(check(pinOf('WORK_DIR=/opt/a'), PLACEHOLDER_IMAGE)).toMatchObject({
      code: 'not-clean',
      exitCode: 2,
      message:
        'docker-compose.yml would not be clean: compose.override: a mount at /opt/a can replace files of the image in /opt',
      hint: 'choose another --work-dir, --entry or --image; nothing was written',
    });
  });

  test('a text that reads back to another pin', () => {
    expect(check(pinOf('RECEIPT=off'), IMAGE, composeText(deployment()))).toMatchObject({
      message: 'docker-compose.yml would not be clean: it does not read back to the pin',
    });
  });

  test('a text that no reader takes', () => {
    expect(check(pinOf(), IMAGE, 'services:\n\ta: b\n')).toMatchObject({
      code: 'not-clean',
      message: expect.stringMatching(/^docker-compose\.yml would not be clean: docker-compose\.yml:2: /),
      cause: { code: 'malformed-compose' },
    });
  });

  test('what only informs is let pass', () => {
    const text = composeText(deployment()).replace('    cap_drop: [ALL]\n', '');
    expect(said(look(text), true)).toHaveLength(1);
    expect(check(pinOf(), IMAGE, text)).toBeUndefined();
  });
});

describe('the derived image', () => {
  test('is the launcher with the config, and says which launcher', () => {
    expect(dockerfileText(deployment({ resolved: { ...resolved, tag: undefined } }), 'launcher.conf')).toBe(
      `# The commit that refs/tags/v1 held on 2026-08-13T00:00:00Z,
# of https://github.com/example/workload.git
FROM ${IMAGE}
LABEL org.opencontainers.image.base.name="${IMAGE.split('@')[0]}" \\
      org.opencontainers.image.base.digest="${LAUNCHER}"
COPY --chown=0:0 --chmod=0644 launcher.conf /etc/trusted-workload-launcher/launcher.conf
`,
    );
    expect(dockerfileText(deployment({ image: PLACEHOLDER_IMAGE }), 'x')).toContain(
      `\n# To be filled in, here and in the label: the image of the launcher, by its digest.\nFROM ${PLACEHOLDER_IMAGE}\n`,
    );
  });

  test('is deployed by a compose file that leaves only its digest and its pin open', () => {
    const text = derivedComposeText(deployment());
    expect(text).toContain(`    # To be filled in: the image that the Dockerfile beside builds`);
    expect(text).not.toContain('LAUNCHER_CONFIG');
    const texts = { 'launcher.conf': configText(deployment()), Dockerfile: 'FROM x', 'docker-compose.yml': text };
    expect(thrownBy(() => checkOutput(texts, pinOf(), IMAGE, 'derived-image'))).toBeUndefined();
    const wrong = { ...texts, 'docker-compose.yml': text.replace('read_only: true', 'privileged: true') };
    expect(thrownBy(() => checkOutput(wrong, pinOf(), IMAGE, 'derived-image'))).toMatchObject({ code: 'not-clean' });
    const other = { ...texts, 'launcher.conf': configText(deployment({ pin: pinOf('RECEIPT=off') })) };
    expect(thrownBy(() => checkOutput(other, pinOf(), IMAGE, 'derived-image'))).toMatchObject({
      message: 'launcher.conf would not be clean: it does not read back to the pin',
    });
  });
});
