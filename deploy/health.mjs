// Is the program of this container well? Asked by the container engine: no shell and no curl is in the image.
// `node health.mjs [port]`; without a port the server or the worker is asked, whichever of them runs here.
const server = process.env.PORT || '8000';
const asked = process.argv[2] === undefined ? [server, process.env.WORKER_PORT || '8001'] : [process.argv[2]];
const encrypted = Boolean(process.env.TLS_CERT_FILE);
// The certificate names the host that clients call, and 127.0.0.1 is not it.
if (encrypted) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

async function isWell(port) {
  try {
    const scheme = encrypted && port === server ? 'https' : 'http';
    return (await fetch(`${scheme}://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(4_000) })).ok;
  } catch {
    return false;
  }
}

process.exit((await Promise.all(asked.map(isWell))).includes(true) ? 0 : 1);
