// `node scripts/describe-commands.ts FOLDER`: the man pages and the completions of bash, zsh and fish, below FOLDER. All of it is made of
// what the programs parse and print themselves; scripts/pack.ts puts it into the package.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describeProgram } from '../src/cli/command-line.ts';
import { EXIT_STATUS_HELP } from '../src/cli/help.ts';
import { helpText } from '../src/launcher/help.ts';
import { programByName } from '../src/launcher/programs.ts';
import { HELP as MPC_HELP } from '../src/mpc/help.ts';

const { version } = JSON.parse(readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'));

const nothing = (): void => undefined;
const twl = (): Command => describeProgram(version, nothing, nothing);

interface Described {
  /** `twl policy init`. */
  readonly path: string;
  readonly command: Command;
}

/** All commands below one, those that only hold others too. */
const walk = (command: Command, path = command.name()): Described[] => [
  { path, command },
  ...command.commands.flatMap((child) => walk(child, `${path} ${child.name()}`)),
];

/** Text as roff takes it (groff_char(7)): no line may begin with a control character. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(['.])/gm, '\\&$1');

const section = ({ path, command }: Described): string => {
  const usage = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const rows = [
    ...command.registeredArguments.map((argument) => [`<${argument.name()}>`, argument.description] as const),
    ...command.options.map((option) => [option.flags, choices(option.description, option.argChoices)] as const),
  ];
  return [
    `.SS "${roff([path, ...usage].join(' '))}"`,
    roff(command.description()),
    ...rows.flatMap(([term, text]) => ['.TP', `\\fB${roff(term)}\\fR`, roff(text)]),
  ].join('\n');
};

const choices = (text: string, values: readonly string[] | undefined): string =>
  values === undefined ? text : `${text} (${values.join(', ')})`;

const head = (name: string, summary: string): string =>
  `.TH ${name.toUpperCase()} 1 "" "trusted-workload-launcher ${version}"\n.SH NAME\n${name} \\- ${roff(summary)}`;

/** The man page of twl: each command with its arguments and options. */
export const twlManPage = (): string => {
  const [top, ...commands] = walk(twl()) as [Described, ...Described[]];
  return `${head('twl', 'check from outside which commit a deployment in a TEE runs')}
.SH SYNOPSIS
.B twl
.I command
[options]
.SH COMMANDS
${commands
  .filter(({ command }) => command.commands.length === 0)
  .map(section)
  .join('\n')}
.SH OPTIONS
${top.command.options.map((option) => `.TP\n\\fB${roff(option.flags)}\\fR\n${roff(option.description)}`).join('\n')}
.SH EXIT STATUS
${roff(EXIT_STATUS_HELP.trim().replace('Exit status: ', ''))}
`;
};

/** The man page of a program whose help is one text. */
export const plainManPage = (name: string, summary: string, help: string): string =>
  `${head(name, summary)}\n.SH DESCRIPTION\n.nf\n${roff(help.trimEnd())}\n.fi\n`;

/** The words that may follow a command: its children, and its options. */
const wordsOf = ({ command }: Described): string[] => [
  ...command.commands.map((child) => child.name()),
  ...command.options.flatMap(({ short, long }) => [short, long]).filter((word) => word !== undefined),
  '--help',
];

/** Values of options that are one of a list, by the option. */
const valuesOf = ({ command }: Described): [string, readonly string[]][] =>
  command.options.flatMap((option) =>
    option.argChoices === undefined ? [] : [[option.long ?? '', option.argChoices]],
  );

/** For bash: words that begin a command, options, values of a closed list, else files. */
export const bashCompletion = (): string => {
  const all = walk(twl());
  const cases = all.map((one) => `    '${one.path}') words='${wordsOf(one).join(' ')}' ;;`);
  const values = all.flatMap((one) =>
    valuesOf(one).map(([option, list]) => `    '${one.path} ${option}') words='${list.join(' ')}' ;;`),
  );
  return `# bash completion of twl
_twl() {
  local word path=twl words= index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case " ${all.map(({ path }) => path.replaceAll(' ', '/')).join(' ')} " in *" \${path// //}/$word "*) path+=" $word" ;; esac
  done
  case "$path \${COMP_WORDS[COMP_CWORD - 1]}" in
${values.join('\n')}
  esac
  if [[ -z $words ]]; then
    case $path in
${cases.join('\n')}
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _twl twl
`;
};

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** For zsh, through its emulation of bash's completion. */
export const zshCompletion = (): string =>
  `#compdef twl\nautoload -U +X bashcompinit && bashcompinit\n${bashCompletion()}`;

/** For fish: each option with what it does. */
export const fishCompletion = (): string => {
  const lines = walk(twl()).flatMap(({ path, command }) => {
    const words = path.split(' ').slice(1);
    const when =
      words.length === 0
        ? '__fish_use_subcommand'
        : words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    return [
      ...command.commands.map(
        (child) =>
          `complete -c twl -f -n ${quote(when)} -a ${child.name()} -d ${quote(child.summary() || child.description())}`,
      ),
      ...command.options.map(
        (option) =>
          `complete -c twl -n ${quote(when)} -l ${(option.long ?? '').slice(2)} -d ${quote(option.description)}${option.required ? ' -r' : ''}${option.argChoices === undefined ? '' : ` -f -a ${quote(option.argChoices.join(' '))}`}`,
      ),
    ];
  });
  return `# fish completion of twl\n${lines.join('\n')}\n`;
};

/** The files, by their paths in the package. */
export const commandFiles = (): Record<string, string> => ({
  'man/twl.1': twlManPage(),
  'man/trusted-workload-launcher.1': plainManPage(
    'trusted-workload-launcher',
    'run one exact git commit inside a TEE',
    helpText(programByName('trusted-workload-launcher')),
  ),
  'man/mpc-launcher.1': plainManPage('mpc-launcher', "start NEAR's MPC node stack inside a TEE", MPC_HELP),
  'completions/twl.bash': bashCompletion(),
  'completions/_twl': zshCompletion(),
  'completions/twl.fish': fishCompletion(),
});

/** Writes them below `folder`. */
export const writeCommandFiles = (folder: string): void => {
  for (const [name, text] of Object.entries(commandFiles())) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
};

if (import.meta.main) writeCommandFiles(process.argv[2] ?? '.');
