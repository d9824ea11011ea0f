// Builds and runs profile.ts with a kernel whose functions have names: `node test/bench/profile.mjs --size 600`.
process.env.ROWRIVER_KERNEL_NAMES = 'yes';
const { bundle } = await import('../support/bundle.mjs');

await import(await bundle('bench/profile'));
