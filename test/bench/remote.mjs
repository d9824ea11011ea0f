// How fast rows of a cluster come into the store of a preview, from a server that has its answers ready:
// `npm run build && node test/bench/remote.mjs 250`, batches of 20,000 rows, 2.5 MB of JSON Lines each.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { columnFromArray, float64, int64, tableFromColumns, tableToIPC, utf8 } from '@uwdata/flechette';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { previewed } from '../cluster/ask.mjs';

const rows = 20_000;
const batches = Number(process.argv[2] ?? 250);

if (process.send) await serve();
else await measure();

async function measure() {
  const server = fork(fileURLToPath(import.meta.url), process.argv.slice(2));
  const folder = await mkdtemp(join(tmpdir(), 'rowriver-remote-'));
  try {
    const [port] = await once(server, 'message');
    const file = join(folder, 'sample.jsonl');
    await writeFile(file, '{"id":1,"path":"a","latency_ms":0.5,"message":"b"}\n');
    for (let round = 0; round < 3; round++) {
      let [began, ended] = [0, 0];
      const limits = { rows: 1e9, bytes: 1e12 };
      const watch = ({ remote }) => {
        ended = performance.now();
        if (began === 0 && remote.rows > 0) began = ended;
      };
      const { state } = await previewed(`127.0.0.1:${port}`, file, '', { limits, watch, shown: 100 });
      const { rows: come, bytes } = state.remote;
      const seconds = (ended - began) / 1000;
      console.log(
        `${come} rows, ${Math.round(bytes / 1e6)} MB: ${Math.round(bytes / 1e6 / seconds)} MB/s (100 MB/s)`,
      );
    }
  } finally {
    server.kill();
    await rm(folder, { recursive: true });
  }
}

async function serve() {
  const numbered = Array.from({ length: rows }, (_, at) => at);
  const column = (type, value) => columnFromArray(numbered.map(value), type);
  const data = tableToIPC(
    tableFromColumns([
      ['id', column(int64(), BigInt)],
      ['path', column(utf8(), (at) => `/orders/café/${at}`)],
      ['latency_ms', column(float64(), (at) => at / 100)],
      ['message', column(utf8(), (at) => `queued login behind ${at} others, then login "x"`)],
    ]),
    { format: 'stream' },
  );
  const batch = bytesField(2, Buffer.concat([numberField(1, rows), bytesField(2, data)]));
  const asIs = (bytes) => bytes;
  const method = (name, responseStream) => ({
    path: `/spark.connect.SparkConnectService/${name}`,
    requestStream: false,
    responseStream,
    ...{
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  });
  const version = bytesField(8, bytesField(1, '4.0.1'));
  const single = ['AnalyzePlan', 'Config', 'Interrupt', 'ReleaseExecute', 'ReleaseSession'];
  const server = new Server();
  server.addService(
    {
      ...Object.fromEntries(single.map((name) => [name, method(name, false)])),
      ExecutePlan: method('ExecutePlan', true),
    },
    {
      ...Object.fromEntries(
        single.map((name) => [
          name,
          (_, answer) => answer(null, name === 'AnalyzePlan' ? version : Buffer.alloc(0)),
        ]),
      ),
      async ExecutePlan(call) {
        const isQuery = call.request.includes('FROM data');
        for (let at = 0; isQuery && at < batches; at++)
          if (!call.write(Buffer.concat([batch, bytesField(13, String(at))]))) await once(call, 'drain');
        call.write(Buffer.concat([bytesField(14, ''), bytesField(13, 'end')]));
        call.end();
      },
    },
  );
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_, port) => process.send(port));
}

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}

function numberField(number, value) {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

function bytesField(number, value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}
