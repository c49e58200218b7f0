// Judges flows by the published schema: node check.mjs SCHEMA reads one flow a line from stdin and writes one line for each,
// "ok" or the place and nature of its first fault.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Ajv from 'ajv/dist/2020.js';

const schema = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
const verdicts = [];
for await (const line of createInterface({ input: process.stdin })) {
  const isValid = validate(JSON.parse(line));
  verdicts.push(isValid ? 'ok' : `${validate.errors[0].instancePath} ${validate.errors[0].message}`);
}
process.stdout.write(verdicts.map((verdict) => `${verdict.replaceAll('\n', ' ')}\n`).join(''));
