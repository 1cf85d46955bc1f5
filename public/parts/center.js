/*
 * Center: fetches the widget and gives it what it needs. Fetched by the loader on intent.
 */
const published = __PLACET__;

export default async (bridge) => {
  const [glue, response] = await Promise.all([
    import(bridge.resolve(published.widget)),
    fetch(bridge.resolve(published.wasm), { __proto__: null, integrity: published.integrity }),
    // It completes the bridge.
    bridge.part('receipts'),
  ]);
  await glue.default({ module_or_path: response });
  glue.start(bridge);
  return glue;
};
