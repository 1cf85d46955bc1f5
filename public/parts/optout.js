/*
 * “Do not sell or share my personal information” (CCPA 1798.120, 1798.135): what is shared is turned off, everything else stays
 * as it is. In the published loader where a purpose is shared.
 */
export default ({ purposes }, allows, preferences) => ({
  kind: 'save',
  purposes: Object.fromEntries(purposes.map(({ id, shared }) => [id, !shared && allows(id)])),
  preferences,
});
