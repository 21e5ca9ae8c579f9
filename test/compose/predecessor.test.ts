// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { COMMIT, LEGACY, review, said, troubles } from './support.ts';

/** As the one public production user deploys the predecessor: a config of its own path, named in the command. */
const production = (commit: string): string => `services:
  app:
    image: docker.io/example/git-launcher@${LEGACY}
    command: ["/etc/app/launcher.conf"]
    configs:
      - source: launcher
        target: /etc/app/launcher.conf
    volumes:
      - /var/run/dstack.sock:/var/run/dstack.sock
      - work:/srv/work
      - state:/srv/state
    restart: unless-stopped
configs:
  launcher:
    content: |
      REPO_URL=https://github.com/example/app.git
      COMMIT_SHA=${commit}
      WORK_DIR=/srv/work
volumes:
  work:
  state:
`;

describe('the production deployment of the predecessor', () => {
  const found = review(production('${APP_COMMIT:?set the commit}'));

  test('is not bound, at the line of the commit', () => {
    expect(found.results['compose.pin-bound'].state).toBe('not-bound');
    expect(said(found, 'compose.pin-bound')).toEqual([
      '17 not-bound configs.launcher.content: the pin is not decided by the text: it is left to the variable APP_COMMIT',
    ]);
    expect(said(found, 'compose.pin', true)).toEqual(['- information : the text does not decide what the pin is']);
    expect(found).toMatchObject({ pin: undefined, pinText: undefined, program: { name: 'git-launcher' } });
  });

  test('fails nothing', () => {
    expect(troubles(found)).toEqual({
      'compose.pin': 'not-checked',
      'compose.pin-bound': 'not-bound',
      'compose.persistence': 'not-bound',
      'compose.commands': 'not-checked',
      'compose.child-env': 'not-checked',
    });
    expect(said(found, 'compose.persistence')).toEqual([
      '2 not-bound services.app: the launcher lies in a layer that the workload can write to, so the next start of the container may be another: set read_only',
    ]);
  });

  test("with the commit written out is bound, by the predecessor's defaults", () => {
    const bound = review(production(COMMIT));
    expect(troubles(bound)).toEqual({ 'compose.persistence': 'not-bound' });
    expect(bound.pin).toMatchObject({
      commitSha: COMMIT,
      mode: { entrypointScript: 'entrypoint.sh' },
      submodules: 'ignore',
    });
    expect(bound.pinText).toMatchObject({
      origin: '/etc/app/launcher.conf',
      firstLine: 16,
      line: 15,
      path: 'configs.launcher.content',
    });
    expect(said(bound, 'compose.persistence', true)).toEqual([
      '2 not-bound services.app: the pin and the launcher lie in a layer that the workload can write to, so the next start of the container may be another: set read_only',
      '2 information services.app: capabilities are left to the workload: cap_drop has no ALL',
      '2 information services.app: the workload can gain rights: security_opt has no no-new-privileges',
    ]);
  });
});
