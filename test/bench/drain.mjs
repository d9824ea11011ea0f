// A service that takes everything and keeps nothing. Prints its port; ends when nobody holds its standard input.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.on('end', () => response.writeHead(204).end());
  request.resume();
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit());
process.stdin.resume();
