import { describe, expect, test } from 'vitest';
import { checkImageName, checkImageReference } from '../../src/mpc/config/image-reference.ts';
import { failure } from './failure.ts';

describe('near/mpc config.rs: image references that are taken', () => {
  test.each([
    ['valid_docker_hub_name', 'nearone/mpc-node'],
    ['valid_docker_hub_name_with_version', 'nearone/mpc-node:3.8.1'],
    ['valid_docker_hub_name_with_tag', 'nearone/mpc-node:testnet-release'],
    ['valid_ghcr', 'ghcr.io/nearone/mpc-node'],
    ['valid_ecr_public', 'public.ecr.aws/myalias/mpc-node'],
    ['valid_artifact_registry', 'us-docker.pkg.dev/my-project/my-repo/mpc-node'],
    ['valid_azure', 'myregistry.azurecr.io/mpc-node'],
    ['valid_registry_with_port', 'registry.example.com:5000/myproject/mpc-node'],
    ['valid_registry_with_port_and_tag', 'registry.example.com:5000/myproject/mpc-node:v1.0'],
    ['valid_bare_name', 'ubuntu'],
    ['valid_library', 'library/alpine'],
    ['valid_deep_path', 'ghcr.io/org/team/subproject/image'],
    ['valid_underscores', 'my_org/my_image'],
    ['upper case', 'Org/Image_'],
    ['a dash at the end', 'a-'],
    ['one character', '7'],
    ['two tags, which docker refuses', 'a:b:c'],
    ['384 characters', 'a'.repeat(384)],
  ])('%s', (_, given) => expect(checkImageReference(given)).toBeUndefined());
});

const CHARACTER = 'holds a character other than letters, digits and / . _ : -';
const BEGIN = 'does not begin with a letter or digit';
const END = "ends with ':', '/' or '.'";

describe('near/mpc config.rs: image references that are refused', () => {
  test.each([
    ['rejects_empty', '', 'is empty'],
    ['rejects_trailing_colon', 'nearone/mpc-node:', END],
    ['rejects_trailing_slash', 'nearone/mpc-node/', END],
    ['rejects_trailing_dot', 'nearone/mpc-node.', END],
    ['rejects_double_slash', 'nearone//mpc-node', "holds '//'"],
    ['rejects_double_colon', 'nearone/mpc-node::v1', "holds '::'"],
    ['rejects_colon_dot', 'nearone/mpc-node:.v1', "holds ':.'"],
    ['rejects_leading_dot', '.nearone/mpc-node', BEGIN],
    ['rejects_leading_slash', '/nearone/mpc-node', BEGIN],
    ['rejects_leading_colon', ':nearone', BEGIN],
    ['rejects_space', 'nearone/mpc node', CHARACTER],
    ['rejects_newline_and_yaml', 'nearone/mpc-node\n    privileged: true', CHARACTER],
    ['a line feed at the end', 'nearone/mpc-node\n', CHARACTER],
    ['rejects_double_quote', 'nearone/mpc-node"', CHARACTER],
    ['rejects_shell_command', 'nearone/mpc-node; rm -rf /', CHARACTER],
    ['rejects_backtick', 'nearone/`id`', CHARACTER],
    ['rejects_variable', 'nearone/$'.concat('{USER}'), CHARACTER],
    ['rejects_backslash', 'nearone\\mpc-node', CHARACTER],
    ['letters that are not ASCII', 'nearone/mpc-nöde', CHARACTER],
    ['a flag', '-v/:/host', BEGIN],
    ['385 characters', 'a'.repeat(385), 'has more than 384 characters'],
  ])('%s', async (_, given, why) => {
    const error = await failure(() => checkImageReference(given));
    expect(error).toMatchObject({ code: 'image-reference-invalid', exitCode: 30 });
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('\n');
    expect(error.hint).toContain('[registry[:port]/]name[:tag]');
  });

  test('a digest in it is told apart from other characters', async () => {
    const error = await failure(() => checkImageReference(`nearone/mpc-node@sha256:${'a'.repeat(64)}`));
    expect(error.message).toContain('holds a digest: the approved list decides that');
  });
});

describe('image_name of the config-digest profile', () => {
  test.each(['nearone/mpc-node', '_x', 'a.b'])('%s is taken', (given) => {
    expect(checkImageName(given)).toBeUndefined();
  });
  test.each([
    ['', 'is empty'],
    ['nearone/mpc-node:tag', 'other than letters, digits and / . _ -'],
    ['a b', 'other than letters, digits and / . _ -'],
    ['a\nb', 'other than letters, digits and / . _ -'],
    ['a'.repeat(385), 'is too long'],
  ])('%j is refused', async (given, why) => {
    const error = await failure(() => checkImageName(given));
    expect(error).toMatchObject({ code: 'image-reference-invalid' });
    expect(error.message).toContain('image_name');
    expect(error.message).toContain(why);
  });
  test('384 characters are taken', () => expect(checkImageName('a'.repeat(384))).toBeUndefined());
});
