import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificate, privateKey } from '../../support/certificate.ts';
import { runCli } from '../../support/cli.ts';
import { recordLine, recordsOf, serve, TestServer } from '../../support/httpServer.ts';
import { SparkServer } from '../../support/sparkServer.ts';

/** With a certificate of one's own, which is trusted by what Node is told to trust. */
describe('rowriver over TLS', () => {
  let folder = '';
  let trusting: Record<string, string>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-tls-'));
    const path = join(folder, 'certificate.pem');
    await writeFile(path, certificate);
    await writeFile(join(folder, 'in.jsonl'), '{"id":1,"text":"a"}\n');
    // The second is of grpc-js, and comes before the first where it is set.
    trusting = { NODE_EXTRA_CA_CERTS: path, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: path };
  });

  after(() => rm(folder, { recursive: true }));

  describe('from a web server', () => {
    let server: TestServer;
    const content = recordsOf(80);

    before(async () => {
      server = await TestServer.start((request, response) => serve(request, response, content), {
        tls: { key: privateKey, cert: certificate },
      });
    });

    after(() => server.close());

    it('reads records', async () => {
      const { code, stdout, stderr } = await runCli([server.url(), 'status >= 500'], { env: trusting });
      assert.equal(stdout.toString(), recordLine(0) + recordLine(40), stderr);
      assert.equal(code, 0);
    });

    it('reads nothing where the certificate is not trusted, and says so', async () => {
      const { code, stdout, stderr } = await runCli([server.url()]);
      assert.equal(stdout.length, 0);
      assert.match(stderr, /the certificate of 127\.0\.0\.1:\d+ is not trusted/);
      assert.equal(code, 1);
    });
  });

  describe('from a cluster', () => {
    let server: SparkServer;
    let address = '';

    before(async () => {
      server = await SparkServer.start({ tls: true });
      server.statement = () => [{ ids: [1, 2] }];
      server.token = 't0ken';
      // Without a name in it, Node would warn of a certificate for a number.
      address = `${server.address.replace('127.0.0.1', 'localhost')}/;use_ssl=true;token=t0ken`;
    });

    after(() => server.close());

    it('has the rows of a query', async () => {
      const { code, stdout, stderr } = await runCli([join(folder, 'in.jsonl'), '--on', address], {
        env: trusting,
      });
      assert.equal(stdout.toString(), '{"id":1,"text":"row 1"}\n{"id":2,"text":"row 2"}\n', stderr);
      assert.equal(code, 0);
    });

    it('sends neither query nor token where the certificate is not trusted, and says so', async () => {
      server.calls.length = 0;
      const { code, stderr } = await runCli([join(folder, 'in.jsonl'), '--on', address]);
      assert.match(stderr, /^rowriver: localhost:\d+ does not answer: self-signed certificate\.\n$/);
      assert.doesNotMatch(stderr, /t0ken/);
      assert.equal(code, 1);
      assert.deepEqual(server.calls, []);
    });

    it('says that a server wants it', async () => {
      const { code, stderr } = await runCli([join(folder, 'in.jsonl'), '--on', server.address]);
      assert.match(stderr, /does not answer: .* Does it want TLS \(use_ssl=true\)\?/);
      assert.equal(code, 1);
    });
  });
});
