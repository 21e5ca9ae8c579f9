import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestV1 } from '../../src/evidence/runtime-digest.ts';
import { byEmitEvent } from '../../src/mpc/event/recorder.ts';
import { IMAGE_EVENT } from '../../src/mpc/event/boot-log.ts';
import type { ImageDigest } from '../../src/mpc/digest.ts';
import { connectAgent } from '../../src/guest/agent.ts';
import { startGuestAgent } from '../mocks/guest-agent/start.ts';
import { launcherTemplate } from './launcher-template.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const sha384 = (...parts: Uint8Array[]): string => createHash('sha384').update(Buffer.concat(parts)).digest('hex');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

test('the template of the contract, byte for byte', () => {
  const template = launcherTemplate('{{LAUNCHER_IMAGE_HASH}}', '{{DEFAULT_IMAGE_DIGEST_HASH}}');
  expect(Buffer.byteLength(template)).toBe(588);
  expect(sha256(template)).toBe('4178791d5991d92083837cc1ded9de6eb195b608b96c0963bc51abd345051b70');
});

test('the compose hash of launcher and image', () => {
  const [launcher, image] = [
    '1f54b55bad22c45067228a9262bc6377e393ca1a07edb64e691e80704f49b74e',
    '6a5700fccbb3facddd1f3934f4976c4dcefc176c4aac28cd2fd035984b368980',
  ];
  expect(sha256(launcherTemplate(launcher, image))).toBe(
    'c888db8855b55b0d947cc16059cd7e46c462863ca745f81ce289a26e56bc93df',
  );
});

test.each([
  [
    '6a5700fccbb3facddd1f3934f4976c4dcefc176c4aac28cd2fd035984b368980',
    '9aed81f5b1af85f768ef6873ed6f997f55f37de951cca18f5daa35890ab9e5573314d2e0cd188a6913dd4ab6f5455678',
    'fc1596056206c1c4cedeba5ca3f5d480c54eec05a10db8e7c746e83e3e42c4da2bd42315d4c2754749b063f4d39997dc',
    'b7662ac19c27af648a939be042684bbdb43bb3dddf4cd17bb21f4d455ab1926c6ee57038152fc46ddea392c47eb2af27',
  ],
  [
    '564a5aebc33495d5610626d23cb9e3da8e9d531d0edff9e38aa1ccaf059c15d3',
    '0405a5706797115cdcccb66841205179fa5c2d989ad42fee2e2fab4c5b52bb6d9aa9bf8a86755d37e8566fdaabebc468',
    'bb3c9d51473afb55209b22fec79e91f3b3d1dc095237a4cbe472fc86044307276e6dacef9b05a37b580484fcb3fd8846',
    '86f1808cffc050f3c0c09d29da2bfcec7eba3e8fa52016a7341f28884230f9ca8b56400413d57bce00b578e36790b555',
  ],
])('what is emitted for %s is the event that hardware recorded', async (payload, digest, before, after) => {
  const agent = await startGuestAgent();
  try {
    const old = agent.rtmr3();
    const recorder = byEmitEvent(connectAgent(agent.socketPath), () => expect.unreachable());
    const image: ImageDigest = `sha256:${payload}`;
    expect(await recorder.record(image)).toBe('emitted');
    const event = agent.events().at(-1);
    expect(event).toMatchObject({ imr: 3, event: IMAGE_EVENT, event_payload: payload, digest });
    expect(Buffer.from(digestV1(IMAGE_EVENT, hex(payload))).toString('hex')).toBe(digest);
    expect(agent.rtmr3().toString('hex')).toBe(sha384(old, hex(digest)));
    expect(sha384(hex(before), hex(event?.digest ?? ''))).toBe(after);
  } finally {
    await agent.close();
  }
});
