/*
 * The veil: fetches the covers when the page has something to cover. In the published loader where the shop names services.
 */
export default (fetchCovers, warn, kit) => {
  let covers = null;
  return (nodes) => {
    if (!covers && !nodes.length) return;
    covers =
      covers ||
      fetchCovers()
        .then((part) => part.default(kit))
        .catch((error) => warn('The covers failed.', error));
    covers.then((cover) => cover && cover(nodes));
  };
};
