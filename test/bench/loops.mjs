// What a script would do without an engine, a line at a time: node loops.mjs check FILE SCHEMA, or call FILE PROGRAM OUT.
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';

const [what, file, other, out] = process.argv.slice(2);
const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
let count = 0;
if (what === 'check') {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(other, 'utf8')));
  for await (const line of lines) if (validate(JSON.parse(line))) count++;
} else {
  const { stage } = await import(pathToFileURL(other).href);
  const target = createWriteStream(out);
  for await (const line of lines) {
    count++;
    if (!target.write(`${JSON.stringify(stage(JSON.parse(line)))}\n`)) await once(target, 'drain');
  }
  target.end();
  await once(target, 'close');
}
console.log(count);
