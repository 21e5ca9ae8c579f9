import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ComposeInput, renderCompose } from '../../src/mpc/compose-file.ts';
import type { Platform } from '../../src/mpc/settings.ts';

const IMAGE = `nearone/mpc-node:3.13.2@sha256:${'ab'.repeat(32)}`;
const NONE = { rustLog: undefined, rustBacktrace: undefined, logRotation: undefined, healthCheck: undefined };
const input = (platform: Platform, changes: Partial<ComposeInput> = {}): ComposeInput => ({
  platform,
  image: IMAGE,
  ports: [{ host: 11780, container: 11780 }],
  options: NONE,
  ...changes,
});
const tee = (): string => renderCompose(input('TEE'));
const nontee = (): string => renderCompose(input('NONTEE'));
const service = (text: string): Record<string, unknown> => parse(text).services['mpc-node'];

describe('near/mpc compose.rs', () => {
  test('tee_mode_includes_dstack_env_and_volume', () => {
    expect(tee()).toContain('DSTACK_ENDPOINT=/var/run/dstack.sock');
    expect(tee()).toContain('/var/run/dstack.sock:/var/run/dstack.sock');
  });
  test('nontee_mode_excludes_dstack', () => expect(nontee()).not.toMatch(/dstack/i));
  test('includes_security_opts_and_required_volumes', () => {
    for (const text of [tee(), nontee()]) {
      for (const part of ['no-new-privileges:true', '/tapp:/tapp:ro', 'shared-volume:/mnt/shared', 'mpc-data:/data']) {
        expect(text).toContain(part);
      }
      expect(text).toContain('container_name: "mpc-node"');
    }
  });
  test('tee_mode_includes_restart_on_failure', () => expect(tee()).toContain('restart: on-failure'));
  test('nontee_mode_includes_restart_on_failure', () => expect(nontee()).toContain('restart: on-failure'));
  test('mounts_config_file_read_only', () => {
    expect(tee()).toContain('/mnt/shared/mpc-config.toml');
    expect(service(tee()).volumes).toContain('/tapp:/tapp:ro');
  });
  test('includes_start_with_config_file_command', () => {
    expect(nontee()).toContain('command: ["/app/mpc-node", "start-with-config-file", "/mnt/shared/mpc-config.toml"]');
  });
  test('image_is_set', () => expect(tee()).toContain(`image: "${IMAGE}"`));
  test('includes_ports', () => expect(tee()).toContain('ports: ["11780:11780"]'));
  test('no_env_section_in_nontee_mode', () => expect(nontee()).not.toContain('environment:'));
  test('includes_stable_project_name', () => {
    for (const text of [tee(), nontee()]) expect(text).toMatch(/^name: mpc-node\n/);
  });
});

test('the whole file in TEE mode', () => {
  expect(tee()).toBe(`name: mpc-node
services:
  mpc-node:
    image: "${IMAGE}"
    container_name: "mpc-node"
    restart: on-failure
    security_opt:
      - no-new-privileges:true
    ports: ["11780:11780"]
    environment:
      - DSTACK_ENDPOINT=/var/run/dstack.sock
    volumes:
      - /tapp:/tapp:ro
      - shared-volume:/mnt/shared
      - mpc-data:/data
      - /var/run/dstack.sock:/var/run/dstack.sock
    command: ["/app/mpc-node", "start-with-config-file", "/mnt/shared/mpc-config.toml"]
volumes:
  shared-volume:
    name: shared-volume
  mpc-data:
    name: mpc-data
`);
});

test('NONTEE differs by the two lines of dstack alone', () => {
  const without = tee()
    .replace('    environment:\n      - DSTACK_ENDPOINT=/var/run/dstack.sock\n', '')
    .replace('      - /var/run/dstack.sock:/var/run/dstack.sock\n', '');
  expect(nontee()).toBe(without);
});

test('no ports are an empty list, many stay on one line, quoted', () => {
  expect(renderCompose(input('TEE', { ports: [] }))).toContain('\n    ports: []\n');
  const ports = Array.from({ length: 40 }, (_, index) => ({ host: 10000 + index, container: 22 }));
  const text = renderCompose(input('TEE', { ports }));
  expect(text).toContain(`\n    ports: [${ports.map(({ host }) => `"${host}:22"`).join(', ')}]\n`);
});

test('leftover placeholders: there are none, and braces of an option are data', () => {
  expect(tee() + nontee()).not.toMatch(/\{\{/);
  const text = renderCompose(input('NONTEE', { options: { ...NONE, rustLog: '{{PORTS}}=info' } }));
  expect(service(text).environment).toEqual(['RUST_LOG={{PORTS}}=info']);
});

test('options that the measured environment asks for', () => {
  const options = {
    rustLog: 'mpc=debug,$HOME: #x',
    rustBacktrace: 'full',
    logRotation: { maxSize: '50m', maxFiles: '5' },
    healthCheck: ['/app/health', '$$'],
  };
  expect(service(renderCompose(input('TEE', { options })))).toMatchObject({
    // Compose reads $$ as a dollar.
    environment: ['DSTACK_ENDPOINT=/var/run/dstack.sock', 'RUST_LOG=mpc=debug,$$HOME: #x', 'RUST_BACKTRACE=full'],
    logging: { driver: 'json-file', options: { 'max-size': '50m', 'max-file': '5' } },
    healthcheck: {
      test: ['CMD', '/app/health', '$$$$'],
      interval: '30s',
      timeout: '10s',
      retries: 3,
      start_period: '10m',
    },
  });
  const nontee = service(renderCompose(input('NONTEE', { options })));
  expect(nontee.environment).toEqual(['RUST_LOG=mpc=debug,$$HOME: #x', 'RUST_BACKTRACE=full']);
});

test('an image that would be another thing in YAML stays a string', () => {
  for (const image of ['1e3', 'null', '~', 'a: b', '"', "'", '{a}', '!x']) {
    expect(service(renderCompose(input('TEE', { image }))).image).toBe(image);
  }
});
