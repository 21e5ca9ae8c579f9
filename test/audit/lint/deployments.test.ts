import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMIT, LEGACY } from '../../compose/support.ts';
import { fixtures, hasFixtures, unlessFixtures } from '../../support/fixtures.ts';
import { look, said } from './support.ts';

/** As the one public production user deploys the predecessor: a config of its own path, named in the command. */
const production = (commit: string): string =>
  `services:
  app:
    image: docker.io/example/git-launcher@${LEGACY}
    command: ["/etc/app/launcher.conf"]
    configs:
      - source: launcher
        target: /etc/app/launcher.conf
    volumes: [work:/srv/work]
configs:
  launcher:
    content: |
      REPO_URL=https://github.com/example/app.git
      COMMIT_SHA=${commit}
      WORK_DIR=/srv/work
volumes:
  work:
`;

describe('the production deployment of the predecessor', () => {
  test('is not bound, at the line of the commit', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is compose that expands it
    const report = look(production('${APP_COMMIT:?set the commit}'));
    expect(report).toMatchObject({ word: 'NOT BOUND', exit: 11, pin: undefined });
    expect(said(report)[0]).toBe(
      'compose.pin-bound 13 not-bound configs.launcher.content: the pin is not decided by the text: it is left to the variable APP_COMMIT',
    );
  });

  test('with the commit written out has a pin, and a layer that can be written to', () => {
    const report = look(production(COMMIT));
    expect(report).toMatchObject({ exit: 11, launchers: [{ program: 'git-launcher' }], pin: { line: 11 } });
    expect(report.pin?.canonical).toContain(
      `COMMIT_SHA=${COMMIT}\nWORK_DIR=/srv/work\nENTRYPOINT_SCRIPT=entrypoint.sh\n`,
    );
    expect(said(report).map((text) => text.split(' ')[0])).toEqual(['compose.persistence']);
  });
});

test.skipIf(!hasFixtures)(`an app-compose of another launcher has its hash and no pin${unlessFixtures}`, () => {
  const report = look(readFileSync(join(fixtures, 'tdx/near-mpc-2026-08/app_compose.json')));
  expect(report).toMatchObject({
    form: 'app-compose',
    exit: 10,
    composeHash: '2911e1f733466216dedb862d6d669e11256ee7a34ce4dbc66c4b807ba7a9c895',
    launchers: [],
    pin: undefined,
  });
  expect(said(report)[0]).toBe('compose.launcher - failed services: no service runs the image of a launcher');
});
