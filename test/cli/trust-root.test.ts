import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { intelRoot, mockRoot } from '../../src/cli/trust-root.ts';
import { intelRootDer } from '../../src/tdx/intel-root.ts';
import { useScratch } from '../support/use-scratch.ts';

/** Any certificate will do: this one is the only that is at hand, and Intel's root is given as another. */
const CERTIFICATE = new X509Certificate(intelRootDer());
const OTHER = Uint8Array.from([1, 2, 3]);

const write = (content: string | Uint8Array): string => {
  const path = useScratch().join('root.pem');
  writeFileSync(path, content);
  return path;
};

test("Intel's root is built in and simulates nothing", () => {
  expect(intelRoot(OTHER)).toEqual({ der: OTHER, source: 'built in', simulated: false });
});

describe('a certificate in its place', () => {
  test.each([
    ['PEM', CERTIFICATE.toString()],
    ['PEM with text around it', `a root\n${CERTIFICATE}\n`],
    ['DER', CERTIFICATE.raw],
  ])('as %s', (_, content) => {
    const path = write(content);
    expect(mockRoot(path, OTHER)).toEqual({
      der: Uint8Array.from(CERTIFICATE.raw),
      source: `--mock-root ${path}`,
      simulated: true,
    });
  });

  test.each([
    ['nothing', '', 'no X.509 certificate'],
    ['text', 'hello', 'no X.509 certificate'],
    ['a cut one', CERTIFICATE.raw.subarray(0, -1), 'no X.509 certificate'],
    ['a key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', 'no X.509 certificate'],
    ['two in PEM', `${CERTIFICATE}${CERTIFICATE}`, 'more than one certificate'],
    ['two in DER', Buffer.concat([CERTIFICATE.raw, CERTIFICATE.raw]), 'more than one certificate'],
    ['one byte behind it', Buffer.concat([CERTIFICATE.raw, OTHER.subarray(0, 1)]), 'more than one certificate'],
  ])('not as %s', (_, content, why) => {
    const path = write(content);
    expect(() => mockRoot(path, OTHER)).toThrow(
      expect.objectContaining({
        code: 'bad-certificate',
        exitCode: 30,
        message: `--mock-root ${path}: ${why}`,
        hint: expect.stringMatching(/^name a file with /),
      }),
    );
  });

  test.each([
    ['PEM', CERTIFICATE.toString()],
    ['DER', CERTIFICATE.raw],
  ])("not as Intel's own in %s", (_, content) => {
    const path = write(content);
    expect(() => mockRoot(path, intelRootDer())).toThrow(
      expect.objectContaining({
        code: 'usage',
        exitCode: 2,
        message: `--mock-root ${path}: this is Intel's own root, and nothing would be simulated`,
        hint: 'leave --mock-root out',
      }),
    );
  });

  test('not from a file that is missing, or too large', () => {
    expect(() => mockRoot(useScratch().join('none'), OTHER)).toThrow(expect.objectContaining({ code: 'file-missing' }));
    expect(() => mockRoot(write('x'.repeat(65_537)), OTHER)).toThrow(
      expect.objectContaining({ code: 'file-too-large', message: expect.stringContaining('larger than 65536 bytes') }),
    );
  });
});
