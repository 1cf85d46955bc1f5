// The other side of DuckDuckGo's autoconsent: in a browser an extension starts it and takes its
// messages. Called with the content script of the package, our rule, and what it shall do by itself
// (`optOut` or `optIn`); gives back the messages up to its verdict.

const [script, rule, autoAction, done] = arguments;

const told = [];
const config = {
  enabled: true,
  autoAction,
  disabledCmps: [],
  enablePrehide: true,
  enableCosmeticRules: true,
  enableGeneratedRules: true,
  enableHeuristicDetection: false,
  heuristicMode: 'off',
  // It looks again only when the page changes, which a page that is loaded may never do.
  detectRetries: 0,
  isMainWorld: false,
  prehideTimeout: 2000,
  visualTest: false,
  logs: { lifecycle: false, rulesteps: false, detectionsteps: false, evals: false, errors: true, messages: false, waits: false },
};
delete window.autoconsentReceiveMessage;
window.autoconsentSendMessage = async (message) => {
  told.push(message);
  const answer = (it) => window.autoconsentReceiveMessage(it);
  if (message.type === 'init') setTimeout(() => answer({ type: 'initResp', config, rules: { autoconsent: [rule] } }));
  if (message.type === 'optOutResult' && message.scheduleSelfTest) setTimeout(() => answer({ type: 'selfTest' }));
  if (message.type === 'selfTestResult' || message.type === 'optInResult') done(told);
  if (message.type === 'report' && message.state.lifecycle === 'nothingDetected') done(told);
};
(0, eval)(script);
