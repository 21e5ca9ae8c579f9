import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runLauncher } from '../support/run-launcher.ts';
import { type Engine, engine } from '../support/container-engine.ts';

const file = fileURLToPath(new URL('../../examples/compose-mounted/docker-compose.yml', import.meta.url));
const found = await engine();
const dock = found as Engine;

interface Service {
  environment: { LAUNCHER_CONFIG: string };
  image: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
}

describe.skipIf(found === undefined)('the recommended compose file', () => {
  test('is what compose understands, its hardening and its pin included', async () => {
    const text = await dock.docker('compose', '-f', file, 'config', '--format', 'json');
    const { workload } = (JSON.parse(text) as { services: { workload: Service } }).services;
    expect(workload).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(workload.image).toMatch(/@sha256:[0-9a-f]{64}$/);
    const { LAUNCHER_CONFIG } = workload.environment;
    const checked = await runLauncher({ args: ['--check'], env: { LAUNCHER_CONFIG } });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
  });
});

test('nothing in it is left to the environment of who starts it', () => {
  expect(readFileSync(file, 'utf8')).not.toMatch(/\$\{|\$[A-Za-z]/);
});
