import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlatformError } from '../lib/errors.ts';
import type { Command } from './command.ts';
import { parseCommandLine } from './command-line.ts';

const command: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: [
    { name: 'env', short: 'e', type: 'text', list: true, description: '' },
    { name: 'header', short: 'H', type: 'text', repeatable: true, description: '' },
    { name: 'output', short: 'o', type: 'text', choices: ['json', 'yaml'], default: 'yaml', description: '' },
    { name: 'headless', type: 'switch', description: '' },
    { name: 'help', short: 'h', type: 'switch', description: '' },
  ],
  run: () => Promise.resolve(),
};
const parse = (...argv: string[]) => parseCommandLine(argv, command);

test('flags stand before and after arguments, long and short, with and without =', () => {
  const { args, flags } = parse(
    '-e',
    'A=1,B=2',
    'hello',
    '--env=C=3',
    '-ojson',
    '--headless',
    '-H',
    'X: a, b',
  );
  assert.deepEqual(args, ['hello']);
  assert.deepEqual(flags.list('env'), ['A=1', 'B=2', 'C=3']);
  assert.deepEqual(flags.list('header'), ['X: a, b']);
  assert.equal(flags.text('output'), 'json');
  assert.equal(flags.on('headless'), true);
  assert.equal(parse('hello', '--headless=false').flags.on('headless'), false);
  assert.equal(parse('hello').flags.text('output'), 'yaml');
  assert.equal(parse('hello').flags.given('output'), false);
  assert.deepEqual(parse('--', '-e').args, ['-e']);
  assert.deepEqual(parse('hello', '-e', '-x=1').flags.list('env'), ['-x=1']);
});

test('what is wrong is said with the flag as it was written', () => {
  assert.throws(() => parse('a', '--nope'), /unknown flag: --nope/);
  assert.throws(() => parse('a', '-z'), /unknown flag: -z/);
  assert.throws(() => parse('a', '--env'), /flag needs an argument: --env/);
  assert.throws(() => parse('a', '--headless=maybe'), /--headless is a switch/);
  assert.throws(() => parse('a', '-o', 'xml'), /-o must be \{json\|yaml\}, not "xml"/);
  assert.throws(() => parse(), /Need exactly one argument - function name/);
  assert.throws(() => parse('a', 'b'), /Need exactly one argument - function name; "b" is one too many$/);
  assert.equal(parse('--help').help, true);
});

test('any words are a command line, or an error that says what to write', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('-e', '--env', '-o', '--headless', '--', '-', '__proto__', '--=', '-eA'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      try {
        assert.ok(parse(...argv).args.length <= argv.length);
      } catch (error) {
        assert.ok(error instanceof PlatformError && error.code === 'bad_request', String(error));
      }
    }),
  );
});
