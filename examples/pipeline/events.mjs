// Writes events to look at: node events.mjs > events.jsonl
// Some are broken on purpose: one in 97 is cut off, one in 89 has a status that is no number.
const paths = ['/cart', '/login', '/search'];
let seed = 7;
const random = (below) => {
  seed = (seed * 48271) % 2147483647;
  return seed % below;
};
for (let id = 1; id <= 2000; id++) {
  const event = {
    id,
    time: new Date(Date.UTC(2026, 0, 1) + id * 1500).toISOString(),
    path: paths[random(paths.length)],
    status: id % 89 === 0 ? 'none' : random(20) === 0 ? 503 : 200,
    latency_ms: 20 + random(60) + (id > 1500 && id < 1530 ? 400 : 0),
    user: { id: random(500), email: `user${random(500)}@example.org` },
  };
  const line = JSON.stringify(event);
  console.log(id % 97 === 0 ? line.slice(0, line.length / 2) : line);
}
