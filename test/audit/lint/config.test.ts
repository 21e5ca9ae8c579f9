import { describe, expect, test } from 'vitest';
import { COMPOSE_CHECK_IDS } from '../../../src/compose/findings.ts';
import { COMMIT, PIN } from '../../compose/support.ts';
import { look, said, states } from './support.ts';

const CANONICAL = [...PIN, 'ENTRYPOINT_SCRIPT=tee-launch.sh', 'SUBMODULES=no', 'RECEIPT=auto', ''].join('\n');

const NOT_APPLICABLE = Object.fromEntries(
  COMPOSE_CHECK_IDS.filter((id) => id !== 'compose.pin' && id !== 'compose.commands').map((id) => [
    id,
    'not-applicable',
  ]),
);

describe('a config', () => {
  test('is clean, and what it has no say in is not passed', () => {
    const report = look(`${PIN.join('\n')}\n`, {}, 'launcher.conf');
    expect(report).toMatchObject({
      file: 'launcher.conf',
      form: 'config',
      word: 'CLEAN',
      exit: 0,
      composeHash: undefined,
      launchers: [],
      pin: { canonical: CANONICAL, origin: 'launcher.conf', line: undefined },
      findings: [],
    });
    expect(states(report)).toEqual(NOT_APPLICABLE);
    expect(report.checks.map(({ id }) => id)).toEqual(COMPOSE_CHECK_IDS);
    expect(report.checks.find(({ id }) => id === 'compose.pin')).toEqual({
      id: 'compose.pin',
      state: 'passed',
      reason: undefined,
    });
    expect(report.checks.find(({ id }) => id === 'compose.images')?.reason).toBe(
      'a config says nothing of it; lint the compose file',
    );
  });

  test('is read by the defaults of one name, and says what the other one makes of it', () => {
    expect(look(PIN.join('\n')).notes).toEqual([
      'the defaults are those of trusted-workload-launcher; under the name git-launcher they are ENTRYPOINT_SCRIPT=entrypoint.sh, SUBMODULES=ignore',
    ]);
    const whole = [...PIN, 'ENTRYPOINT_SCRIPT=a.sh', 'SUBMODULES=yes'].join('\n');
    expect(look(whole).notes).toEqual([]);
  });

  test('has its commands shown', () => {
    const report = look([...PIN, 'RUN_CMD=exec node a.js', 'INSTALL_CMD=npm ci', 'SUBMODULES=no'].join('\n'));
    expect(report).toMatchObject({ exit: 0, notes: [] });
    expect(said(report, true)).toEqual([
      'compose.commands - information : INSTALL_CMD is trusted as it stands: npm ci',
      'compose.commands - information : RUN_CMD is trusted as it stands: exec node a.js',
    ]);
    expect(report.findings[0]?.hint).toBe('read the command as you read the repository: it is trusted like it');
  });

  test('has every error of the parser as a finding, with its line and what to do', () => {
    const report = look(`REPO_URL=x\nCOMMIT_SHA=main\nWORKDIR=/a\nWORK_DIR=/srv/a\n`, {}, 'c.conf');
    expect(report).toMatchObject({ word: 'MALFORMED', exit: 30, pin: undefined, notes: [] });
    expect(report.findings.map(({ id, severity, line }) => [id, severity, line])).toEqual([
      ['compose.pin', 'failed', 1],
      ['compose.pin', 'failed', 2],
      ['compose.pin', 'failed', 3],
    ]);
    expect(report.findings.map(({ text }) => text)).toEqual([
      'REPO_URL must be a URL or an absolute path at c.conf:1:10',
      'COMMIT_SHA must be a full 40-hex SHA-1 or 64-hex SHA-256 hash at c.conf:2:12',
      "unknown config key 'WORKDIR' at c.conf:3:1",
    ]);
    expect(report.findings[2]?.hint).toBe('did you mean WORK_DIR?');
    expect(states(report)).toEqual({ ...NOT_APPLICABLE, 'compose.pin': 'failed', 'compose.commands': 'not-checked' });
    expect(report.checks.find(({ id }) => id === 'compose.commands')?.reason).toBe('there is no pin to look at');
  });

  test('that lacks a key says so without a line', () => {
    const report = look(`COMMIT_SHA=${COMMIT}\nWORK_DIR=/srv/a\n`);
    expect(said(report)).toEqual(['compose.pin - failed : missing required config key: REPO_URL']);
    expect(report.findings[0]?.hint).toMatch(/^add a line to f, such as REPO_URL=/);
  });

  test('that is no UTF-8 is malformed, with the line', () => {
    const report = look(Buffer.concat([Buffer.from(`${PIN.join('\n')}\n# `), Buffer.from([0xff, 0x0a])]));
    expect(said(report)).toEqual(['compose.pin 4 failed : config parse error at f:4:3: the line is not UTF-8']);
  });

  test('has no secret of a URL in what is said', () => {
    const report = look(`REPO_URL=https://user:sesame@a.example/b\n`);
    expect(JSON.stringify(report)).not.toContain('sesame');
  });
});
