import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkOutput } from '../../../src/audit/pinning/check-output.ts';
import { composeText, configText } from '../../../src/audit/pinning/deployment.ts';
import { canonicalPin } from '../../../src/pin/canonical.ts';
import { readValues, toPin } from '../../../src/pin/schema.ts';
import { COMMIT, IMAGE, review } from '../../compose/support.ts';
import { holds } from '../../support/property.ts';
import { thrownBy } from '../lint/support.ts';

const segment = fc.string({
  unit: fc.constantFrom(...`aZ09 .-_~$\\'"{}:,#&*!|>%@é${String.fromCodePoint(0x1f600)}[]?\``),
  minLength: 1,
  maxLength: 8,
});

test('whatever the values are, both files hold the pin that was meant, or are not written', () => {
  let written = 0;
  holds(
    fc.property(segment, segment, fc.webPath(), (folder, entry, path) => {
      const read = readValues({
        REPO_URL: `https://a.example/b${path}`,
        COMMIT_SHA: COMMIT,
        WORK_DIR: `/srv/x/${folder}`,
        ENTRYPOINT_SCRIPT: entry,
      });
      if (!read.ok) return;
      const pin = toPin(read.values, { entrypointScript: 'tee-launch.sh', submodules: 'no' });
      const resolved = { commit: COMMIT, format: 'sha1' as const, ref: `refs/heads/${entry}`, tag: undefined };
      const deployment = { pin, resolved, at: 0, image: IMAGE, attest: false };
      if (thrownBy(() => canonicalPin(pin)) instanceof RangeError) return;
      const texts = { 'launcher.conf': configText(deployment), 'docker-compose.yml': composeText(deployment) };
      const error = thrownBy(() => checkOutput(texts, pin, IMAGE));
      // White space before a # that no quotes can be put around is the one value that cannot be written.
      if (error !== undefined) {
        expect(error).toMatchObject({
          code: 'not-clean',
          message: expect.stringContaining('what looks like a comment'),
        });
        return;
      }
      written++;
      expect(review(texts['docker-compose.yml']).pinText?.text).toBe(canonicalPin(pin));
    }),
  );
  expect(written).toBeGreaterThan(30);
});
