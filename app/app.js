// Answers with the name of the host it runs on, so that a reader sees which container or pod was hit.
const http = require('http');
const os = require('os');

const PORT = 8080;
// What has begun by SIGTERM may finish within this, in milliseconds; then the process ends all the same.
const DRAIN = 800;

const server = http.createServer((request, response) => {
  if (request.url === '/healthz') {
    response.end('ok\n');
    return;
  }
  console.log(`${new Date().toISOString()} ${request.method} ${request.url} from ${request.socket.remoteAddress}`);
  response.end(`You've hit ${os.hostname()}\n`);
});

function end() {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), DRAIN).unref();
}

process.on('SIGTERM', end);
process.on('SIGINT', end);
server.listen(PORT, () => console.log(`kubia listens on ${PORT}`));
