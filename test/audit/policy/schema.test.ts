import { expect, test } from 'vitest';
import { ACCEPTABLE_STATUSES, policyJsonSchema } from '../../../src/audit/policy/schema.ts';
import { CHECK_IDS } from '../../../src/audit/check-ids.ts';

interface Node {
  description?: string;
  type?: string;
  pattern?: string;
  examples?: string[];
  anyOf?: Node[];
  items?: Node;
  minItems?: number;
  enum?: string[];
  format?: string;
  default?: unknown;
  required?: string[];
  properties?: Record<string, Node>;
  additionalProperties?: boolean;
}
const read = () => policyJsonSchema() as Node & Record<string, unknown>;
const property = (...path: string[]): Node =>
  path.reduce<Node>((node, name) => (name === '*' ? node.items! : node.properties![name]!), read());

test('the schema names every key and lets no other pass', () => {
  const schema = read();
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The policy of an auditor',
    type: 'object',
    additionalProperties: false,
  });
  expect(schema.required).toBeUndefined();
  expect(Object.keys(schema.properties!)).toEqual([
    'repository',
    'commit',
    'tree_sha256',
    'app_id',
    'key_provider_id',
    'os_image',
    'launcher',
    'provenance',
    'service',
    'script',
    'tcb',
    'advisory',
    'development_image',
    'finding',
    'required_checks',
  ]);
});

/** Every node with its path. */
const walk = (node: Node, path = ''): [string, Node][] => [
  [path, node],
  ...Object.entries(node.properties ?? {}).flatMap(([name, inner]) => walk(inner, `${path}.${name}`)),
  ...(node.anyOf ?? []).flatMap((inner) => walk(inner, path)),
  ...(node.items === undefined ? [] : walk(node.items, `${path}[]`)),
];

test('every value is described, every list has an element, every table is closed', () => {
  for (const [path, node] of walk(read())) {
    if (node.properties !== undefined) expect([path, node.additionalProperties]).toEqual([path, false]);
    if (node.type === 'array') expect([path, node.minItems]).toEqual([path, 1]);
    if (node.pattern !== undefined) {
      expect([path, node.description !== undefined]).toEqual([path, true]);
      for (const example of node.examples!) expect(example).toMatch(new RegExp(node.pattern, 'u'));
    }
  }
  for (const name of Object.keys(read().properties!))
    expect(property(name).description, name).toMatch(/^[a-zA-Z].*[^.]$/);
});

test('values are bound as the reader binds them', () => {
  expect(property('app_id').anyOf![0]!.pattern).toBe('^(?:[0-9a-f]{40})$');
  expect(property('commit').anyOf![0]!.pattern).toBe('^(?:[0-9a-f]{40}|[0-9a-f]{64})$');
  expect(property('key_provider_id').anyOf![0]!.pattern).toBe('^(?:[0-9a-f]{64}|[0-9a-f]{182})$');
  expect(property('tree_sha256').anyOf![1]!.items!.pattern).toBe('^(?:[0-9a-f]{64})$');
  expect(property('required_checks', '*').enum).toEqual([...CHECK_IDS]);
  expect(property('os_image', '*')).toMatchObject({
    required: ['name'],
    anyOf: [{ required: ['hash'] }, { required: ['mrtd', 'rtmr1', 'rtmr2'] }],
    dependentRequired: { mrtd: ['rtmr1', 'rtmr2'], rtmr1: ['mrtd', 'rtmr2'], rtmr2: ['mrtd', 'rtmr1'] },
  });
  expect(property('os_image', '*', 'rtmr0').pattern).toBe('^(?:[0-9a-f]{96})$');
  expect(property('os_image', '*', 'hash').pattern).toBe('^(?:[0-9a-f]{64})$');
  expect(property('os_image', '*', 'development')).toMatchObject({ type: 'boolean', default: false });
  expect(property('tcb', 'accept', '*', 'status').enum).toEqual([...ACCEPTABLE_STATUSES]);
  for (const [name, key] of [
    ['tcb', 'status'],
    ['advisory', 'id'],
    ['development_image', 'hash'],
    ['finding', 'id'],
  ] as const) {
    expect(property(name).required).toEqual(['accept']);
    expect(property(name, 'accept', '*').required).toEqual([key, 'reason', 'until']);
    expect(property(name, 'accept', '*', 'until')).toMatchObject({ type: 'string', format: 'date' });
    expect(property(name, 'accept', '*', 'until').description).toContain('no longer accepted');
  }
});

test('neither Revoked nor UpToDate can be accepted', () => {
  expect(ACCEPTABLE_STATUSES).toEqual([
    'SWHardeningNeeded',
    'ConfigurationNeeded',
    'ConfigurationAndSWHardeningNeeded',
    'OutOfDate',
    'OutOfDateConfigurationNeeded',
  ]);
});

test('launchers, services and scripts are bound as the reader binds them', () => {
  const digest = '^sha256:[0-9a-f]{64}$';
  expect(property('launcher', '*').required).toEqual(['digest']);
  expect(property('launcher', '*', 'digest').pattern).toBe(digest);
  expect(property('launcher', '*', 'program')).toMatchObject({
    enum: ['trusted-workload-launcher', 'git-launcher'],
    default: 'trusted-workload-launcher',
  });
  expect(property('service', '*').required).toEqual(['digest', 'reason']);
  expect(property('service', '*', 'digest').pattern).toBe(digest);
  expect(property('service', '*', 'definition').pattern).toBe('^(?:[0-9a-f]{64})$');
  expect(property('script', '*').required).toEqual(['sha256', 'name', 'reason']);
  expect(property('script', '*', 'sha256').pattern).toBe('^(?:[0-9a-f]{64})$');
});

test('provenance is bound as the reader binds it', () => {
  const provenance = property('provenance');
  expect(provenance.required).toBeUndefined();
  expect(provenance).toMatchObject({
    dependentRequired: {
      workflow_repository: ['workflow'],
      workflow_refs: ['workflow'],
      workflow_commit: ['workflow'],
    },
  });
  expect(provenance.description).toContain('https://token.actions.githubusercontent.com');
  expect(Object.keys(provenance.properties!)).toEqual([
    'repository',
    'repository_id',
    'owner_id',
    'commit',
    'workflow',
    'workflow_repository',
    'workflow_refs',
    'workflow_commit',
    'refs',
    'runners',
    'triggers',
    'predicate_types',
    'instances',
  ]);
  for (const [name, one] of Object.entries(provenance.properties!)) {
    const described = one.description ?? '';
    expect([name, described]).toEqual([name, expect.stringMatching(/^[a-zA-Z].*[^.]$/)]);
  }
  expect(property('provenance', 'runners').anyOf![0]!.enum).toEqual(['github-hosted', 'self-hosted']);
  expect(property('provenance', 'runners').description).toContain('without them, github-hosted');
  expect(property('provenance', 'triggers').description).toContain('push, release, workflow_dispatch, schedule');
  expect(property('provenance', 'triggers').anyOf![0]!.pattern).toBe('^[a-z][a-z_]*$');
  expect(property('provenance', 'owner_id').pattern).toBe('^[1-9][0-9]*$');
  expect(property('provenance', 'instances').anyOf![1]!.items!.enum).toEqual(['public-good', 'github', 'other']);
});
