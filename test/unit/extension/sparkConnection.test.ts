import assert from 'node:assert/strict';
import { checkToken, connectionOf, mappedPath } from '../../../src/extension/sparkConnection.ts';

describe('connections to Spark', () => {
  it('keep the token apart from the address', () => {
    const connection = connectionOf('sc://spark.example.org:443/;user_id=me;token=t0ken;x-cluster=c1');
    assert.deepEqual(connection, {
      label: 'spark.example.org:443',
      shown: 'spark.example.org:443',
      address: 'sc://spark.example.org:443/;user_id=me;x-cluster=c1',
      token: 't0ken',
      folders: {},
      isNamed: false,
    });
  });

  it('have the name and the folders that the settings give them', () => {
    const folders = { '/data': 's3a://bucket' };
    const connection = connectionOf('sc://localhost', { name: 'mine', folders });
    assert.deepEqual(
      [connection?.label, connection?.shown, connection?.folders, connection?.isNamed],
      ['mine', 'localhost:15002', folders, true],
    );
    assert.equal(connectionOf('http://example.org', { name: 'not one', folders }), undefined);
  });

  it('send a token over TLS, or to this computer', () => {
    checkToken('sc://spark.example.org', 't0ken');
    checkToken('sc://localhost/;use_ssl=false', 't0ken');
    assert.throws(() => checkToken('sc://spark.example.org/;use_ssl=false', 't0ken'), /only sent over TLS/);
  });

  it('say where the cluster sees a file, by the deepest folder that holds it', () => {
    const folders = { '/data/logs': 'hdfs://node/logs', '/data': 's3a://bucket/all/', '/dat': '/nowhere' };
    assert.equal(mappedPath('/data/a/b.jsonl', folders), 's3a://bucket/all/a/b.jsonl');
    assert.equal(mappedPath('/data/logs/b.jsonl', folders), 'hdfs://node/logs/b.jsonl');
    assert.equal(mappedPath('/database/b.jsonl', folders), undefined);
    assert.equal(mappedPath('/data/..b.jsonl', folders), 's3a://bucket/all/..b.jsonl');
  });
});
