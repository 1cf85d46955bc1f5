/*
 * Where the visitor is, as the server sees it. In the published loader where the server can tell.
 *
 * Nothing is stored for it; where no answer comes in time, the strictest rules hold.
 */
export default (address, warn) =>
  fetch(address, { credentials: 'omit', signal: AbortSignal.timeout(1000) })
    .then((response) => (response.ok ? response.json() : Promise.reject(response.status)))
    .catch((error) => warn('The region is not known; the strictest rules hold.', error));
