import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundleJsonSchema } from '../../../src/audit/bundle/schema.ts';
import { BUNDLE_SCHEMA } from '../../../src/audit/bundle/schema-id.ts';

const page = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

test('docs/schemas/bundle.v1.json is what bundles are read by', () => {
  expect(JSON.parse(page('schemas/bundle.v1.json'))).toEqual(bundleJsonSchema());
  expect(bundleJsonSchema()).toMatchObject({ $id: BUNDLE_SCHEMA, additionalProperties: false });
});

test('docs/bundle.md names every key, and every part of one', () => {
  const text = page('bundle.md');
  const { properties } = bundleJsonSchema() as { properties: Record<string, unknown> };
  for (const key of Object.keys(properties)) expect(text).toContain(`\`${key}\``);
  for (const option of ['--save', '--root-sha256', '--saved-sha256', '--attest-result', '--at']) {
    expect(text).toContain(`\`${option}`);
  }
});
