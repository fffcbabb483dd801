// `npm run bench`: builds ours, runs the sections that are named (default: throughput), prints what they
// found, and writes the same to bench/.work/latest.json.

import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { alsoPass, buildOurs } from './our-command.ts';
import { buildPrograms } from './programs.ts';
import type { Settings } from './section.ts';
import { sections } from './sections.ts';
import { workFolder } from './work-folder.ts';

const usage = `npm run bench -- [SECTION...] [options]

${sections.map(({ name, says }) => `  ${name.padEnd(12)} ${says}`).join('\n')}
  all          all of these but profile and ab

  --profile    the same as the section profile
  --rounds N   rounds, of which the median counts (default 5)
  --rows N     rows for the fast peers; slow ones get a share (default 500,000; profile and ab: 200,000)
  --only NAME  only peers whose name contains NAME, and ours
  --with ARGS  further arguments for our command, as in --with '--transport undici'
  --a, --b     ab: two folders, each with a checkout or an installed package (default: this checkout)
  --with-a, --with-b   ab: further arguments for one of them
  --quick      one round, a tenth of the rows: does it run at all?
`;

const isWith = (word: string | undefined): boolean => /^--with(?:-[ab])?$/.test(word ?? '');

/** The value of `--with` begins with a dash, which is taken for a mistake unless an equals sign stands before it. */
function joined(args: readonly string[]): string[] {
  return args.flatMap((word, place) => {
    if (isWith(args[place - 1])) return [];
    return isWith(word) ? [`${word}=${args[place + 1] ?? ''}`] : [word];
  });
}

const { values, positionals } = parseArgs({
  args: joined(process.argv.slice(2)),
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string' },
    only: { type: 'string' },
    with: { type: 'string', default: '' },
    a: { type: 'string', default: join(import.meta.dirname, '..') },
    b: { type: 'string', default: join(import.meta.dirname, '..') },
    'with-a': { type: 'string', default: '' },
    'with-b': { type: 'string', default: '' },
    profile: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const named = [...positionals, ...(values.profile ? ['profile'] : [])];
const names = named.length === 0 ? ['throughput'] : named;
const wanted = sections.filter(({ name, inAll }) => names.includes(name) || (inAll && names.includes('all')));
const unknown = names.find((name) => name !== 'all' && !sections.some((section) => section.name === name));

if (values.help || unknown !== undefined) {
  if (unknown !== undefined) process.stderr.write(`There is no section called "${unknown}".\n\n`);
  process.stdout.write(usage);
  process.exitCode = unknown === undefined ? 0 : 2;
} else {
  await main();
}

async function main(): Promise<void> {
  const [load = 0] = loadavg();
  const machine = { node: process.version, cores: availableParallelism(), cpu: cpus()[0]?.model ?? 'unknown', load };
  const scale = values.quick ? 0.1 : 1;
  const rounds = values.quick ? 1 : positive('--rounds', values.rounds);
  const rows = values.rows === undefined ? null : positive('--rows', values.rows);
  alsoPass(words(values.with));
  buildOurs();
  buildPrograms();
  process.stdout.write(`Node ${machine.node}, ${machine.cores} cores, ${machine.cpu}\n`);
  if (load > 0.5)
    process.stdout.write(
      `Others are using this machine (load ${load.toFixed(1)}): rates say little, CPU times a little more.\n`,
    );
  const found: Record<string, unknown> = {};
  for (const section of wanted) {
    const settings: Settings = {
      rounds,
      rows: Math.round((rows ?? section.rows) * scale),
      scale,
      only: values.only ?? null,
      a: { folder: values.a, with: words(values['with-a']) },
      b: { folder: values.b, with: words(values['with-b']) },
    };
    found[section.name] = await section.run(settings).then(
      ({ text, json }) => {
        process.stdout.write(`\n${section.name}: ${section.says}; medians of ${rounds} round(s)\n${text}\n`);
        return json;
      },
      // A section that fails must not take the figures of the others with it.
      (error: unknown) => {
        process.exitCode = 1;
        process.stdout.write(`\n${section.name}: no figures: ${String(error)}\n`);
        return { failed: String(error) };
      },
    );
  }
  const path = join(workFolder, 'latest.json');
  const report = { at: new Date().toISOString(), machine, rounds, with: values.with, found };
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`\nAlso in ${path}\n`);
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

function positive(option: string, text: string): number {
  const number = Number(text.replaceAll(',', '').replaceAll('_', ''));
  if (Number.isInteger(number) && number > 0) return number;
  process.stderr.write(`${option} is to be a whole number from 1 up, and is "${text}".\n`);
  return process.exit(2);
}
