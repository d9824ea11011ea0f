import assert from 'node:assert/strict';
import { parseSparkAddress } from '../../../src/engine/remote/address.ts';
import { RemoteError } from '../../../src/engine/remote/remoteError.ts';

describe('Spark Connect addresses', () => {
  it('reads host, port and parameters', () => {
    const address = parseSparkAddress(
      'sc://spark.example.org:443/;use_ssl=true;user_id=a%3Bb;x-cluster=c1',
      {},
    );
    assert.deepEqual(address, {
      host: 'spark.example.org',
      port: 443,
      secure: true,
      token: undefined,
      user: 'a;b',
      headers: { 'x-cluster': 'c1' },
      shown: 'spark.example.org:443',
    });
  });

  it('has a usual port, and takes an IPv6 address', () => {
    assert.equal(parseSparkAddress('sc://[::1]', {}).shown, '[::1]:15002');
  });

  it('takes the token of the environment, and then wants TLS', () => {
    const address = parseSparkAddress('sc://spark.example.org', {
      SPARK_CONNECT_AUTHENTICATE_TOKEN: 'secret',
    });
    assert.equal(address.token, 'secret');
    assert.equal(address.secure, true);
  });

  for (const [what, text] of [
    ['another scheme', 'http://secret.example.org'],
    ['no host', 'sc://:15002/;token=secret'],
    ['a port that there is not', 'sc://localhost:70000/;token=secret'],
    ['a parameter without a value', 'sc://localhost/;token=secret;x'],
    ['a value that is not encoded', 'sc://localhost/;token=secret%'],
    ['a path', 'sc://localhost/secret'],
    ['a token without TLS', 'sc://spark.example.org/;token=secret;use_ssl=false'],
    ['a header that cannot be sent', 'sc://localhost/;token=secret;x=%0Asecret'],
  ]) {
    it(`refuses ${what} without repeating it`, () => {
      assert.throws(
        () => parseSparkAddress(text, {}),
        (error) =>
          error instanceof RemoteError &&
          error.failure === 'connection-string' &&
          !error.message.includes('secret'),
      );
    });
  }
});
