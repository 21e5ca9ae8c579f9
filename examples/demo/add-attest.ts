/** The text with one piece of it replaced. Throws where it is not there: `twl pin` would write another file than the story knows. */
const replaced = (text: string, from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`the compose file has no ${JSON.stringify(from)}`);
  return text.replace(from, () => to);
};

/** The compose file of `twl pin`, and beside the launcher twl-attest, which reads its receipt (docs/receipt.md). */
export const addAttest = (text: string, image: string): string => {
  const socket = '      - /var/run/dstack.sock:/var/run/dstack.sock\n';
  const attest = [
    '  attest:',
    `    image: ${image}`,
    '    entrypoint: [twl-attest]',
    '    user: "1000"',
    '    read_only: true',
    '    cap_drop: [ALL]',
    '    security_opt: [no-new-privileges:true]',
    '    ports: ["8091:8091"]',
    '    volumes:',
    `${socket}      - receipt:/run/trusted-workload-launcher:ro`,
    '',
  ].join('\n');
  const held = replaced(
    text,
    `${socket}    tmpfs: [/tmp, /run/trusted-workload-launcher]\n`,
    `${socket}      - receipt:/run/trusted-workload-launcher\n    tmpfs: [/tmp]\n`,
  );
  return replaced(held, 'volumes:\n  checkout:\n', `${attest}volumes:\n  checkout:\n  receipt:\n`);
};
