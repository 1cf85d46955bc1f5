___TERMS_OF_SERVICE___

By creating or modifying this file you agree to Google Tag Manager's Community
Template Gallery Developer Terms of Service available at
https://developers.google.com/tag-manager/gallery-tos (or such other URL as
Google may provide), as modified from time to time.


___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Placet",
  "categories": [
    "TAG_MANAGEMENT",
    "PERSONALIZATION"
  ],
  "brand": {
    "id": "brand_dummy",
    "displayName": ""
  },
  "description": "Asks for consent with Placet and tells Google Consent Mode. Everything is denied until the visitor has agreed. Fire it on Consent Initialization.",
  "containerContexts": [
    "WEB"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "TEXT",
    "name": "src",
    "displayName": "Address of placet.js",
    "simpleValueType": true,
    "valueHint": "https://consent.shop.example/embed/placet.js",
    "help": "The address that placet serve or placet publish gives you. Narrow the permission to inject scripts to its host.",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      },
      {
        "type": "REGEX",
        "args": [
          "^https://.+\\.js$"
        ],
        "errorMessage": "An https address that ends in .js"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "region",
    "displayName": "Where the visitor is (optional)",
    "simpleValueType": true,
    "valueHint": "US-CA",
    "help": "An ISO 3166 code, most often from a variable that your server fills. Without it the strictest rules of your config apply."
  },
  {
    "type": "GROUP",
    "name": "purposes",
    "displayName": "Which purpose of your config grants what",
    "groupStyle": "ZIPPY_OPEN",
    "subParams": [
      {
        "type": "TEXT",
        "name": "ads",
        "displayName": "ad_storage, ad_user_data, ad_personalization",
        "simpleValueType": true,
        "defaultValue": "ads",
        "help": "The id of a purpose in placet.json. What no purpose grants stays denied."
      },
      {
        "type": "TEXT",
        "name": "analytics",
        "displayName": "analytics_storage",
        "simpleValueType": true,
        "defaultValue": "analytics",
        "help": "The id of a purpose in placet.json."
      },
      {
        "type": "TEXT",
        "name": "functional",
        "displayName": "functionality_storage",
        "simpleValueType": true,
        "defaultValue": "functional",
        "help": "The id of a purpose in placet.json."
      },
      {
        "type": "TEXT",
        "name": "personalization",
        "displayName": "personalization_storage",
        "simpleValueType": true,
        "defaultValue": "recommendations",
        "help": "The id of a purpose in placet.json."
      }
    ]
  },
  {
    "type": "GROUP",
    "name": "defaults",
    "displayName": "Before the answer is known",
    "groupStyle": "ZIPPY_CLOSED",
    "subParams": [
      {
        "type": "TEXT",
        "name": "wait",
        "displayName": "How long tags wait for it, in milliseconds",
        "simpleValueType": true,
        "defaultValue": "500",
        "valueValidators": [
          {
            "type": "NON_NEGATIVE_NUMBER"
          }
        ]
      },
      {
        "type": "CHECKBOX",
        "name": "redact",
        "checkboxText": "Redact ads data while ad_storage is denied",
        "simpleValueType": true,
        "defaultValue": true
      },
      {
        "type": "CHECKBOX",
        "name": "passthrough",
        "checkboxText": "Pass click identifiers through URLs while ad_storage is denied",
        "simpleValueType": true,
        "defaultValue": false
      }
    ]
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

const callInWindow = require('callInWindow');
const copyFromWindow = require('copyFromWindow');
const gtagSet = require('gtagSet');
const injectScript = require('injectScript');
const makeNumber = require('makeNumber');
const queryPermission = require('queryPermission');
const setDefaultConsentState = require('setDefaultConsentState');
const setInWindow = require('setInWindow');
const updateConsentState = require('updateConsentState');

// What may run, purpose by purpose, in the words of Consent Mode. A purpose that the config does not have grants nothing.
const states = (choices) => {
  const of = (purpose) => {
    const choice = purpose ? choices[purpose] : undefined;
    return choice === 'granted' || choice === 'always' ? 'granted' : 'denied';
  };
  return {
    ad_storage: of(data.ads),
    ad_user_data: of(data.ads),
    ad_personalization: of(data.ads),
    analytics_storage: of(data.analytics),
    functionality_storage: of(data.functional),
    personalization_storage: of(data.personalization),
    security_storage: 'granted'
  };
};

const denied = states({});
denied.wait_for_update = makeNumber(data.wait) || 0;
gtagSet({ ads_data_redaction: data.redact === true, url_passthrough: data.passthrough === true });
setDefaultConsentState(denied);

// Placet has run: its answer now, and each later one. Where it does not answer, everything stays denied.
const listen = () => {
  const choices = callInWindow('placet.choices');
  if (!choices) return data.gtmOnFailure();
  updateConsentState(states(choices));
  callInWindow('placet.on', 'applied', (detail) => updateConsentState(states(detail.choices)));
  data.gtmOnSuccess();
};

if (copyFromWindow('placet.version')) {
  // The tag stands in the page itself, as it should; a second copy would do nothing.
  listen();
} else if (queryPermission('inject_script', data.src)) {
  if (data.region) setInWindow('placet', { region: data.region }, false);
  injectScript(data.src, listen, data.gtmOnFailure, data.src);
} else {
  data.gtmOnFailure();
}


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "access_consent",
        "versionId": "1"
      },
      "param": [
        {
          "key": "consentTypes",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "ad_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "ad_user_data"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "ad_personalization"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "analytics_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "functionality_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "personalization_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "security_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "access_globals",
        "versionId": "1"
      },
      "param": [
        {
          "key": "keys",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "placet"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "placet.version"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "placet.choices"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "placet.on"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "inject_script",
        "versionId": "1"
      },
      "param": [
        {
          "key": "urls",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "https://*/*"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "write_data_layer",
        "versionId": "1"
      },
      "param": [
        {
          "key": "keyPatterns",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "ads_data_redaction"
              },
              {
                "type": 1,
                "string": "url_passthrough"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: Everything is denied before Placet is asked for
  code: |-
    let told = false;
    mock('injectScript', () => {
      assertApi('setDefaultConsentState').wasCalledWith({
        ad_storage: 'denied',
        ad_user_data: 'denied',
        ad_personalization: 'denied',
        analytics_storage: 'denied',
        functionality_storage: 'denied',
        personalization_storage: 'denied',
        security_storage: 'granted',
        wait_for_update: 500
      });
      told = true;
    });
    runCode(mockData);
    assertThat(told).isEqualTo(true);
    assertApi('gtagSet').wasCalledWith({ ads_data_redaction: true, url_passthrough: false });
    assertApi('updateConsentState').wasNotCalled();
    assertApi('gtmOnSuccess').wasNotCalled();
- name: A stored answer is passed on, and each later one
  code: |-
    let later;
    mock('injectScript', (url, onSuccess) => onSuccess());
    mock('callInWindow', (path, name, listener) => {
      if (path === 'placet.choices') return { necessary: 'always', analytics: 'granted', ads: 'denied' };
      assertThat(path).isEqualTo('placet.on');
      assertThat(name).isEqualTo('applied');
      later = listener;
    });
    runCode(mockData);
    assertApi('updateConsentState').wasCalledWith({
      ad_storage: 'denied',
      ad_user_data: 'denied',
      ad_personalization: 'denied',
      analytics_storage: 'granted',
      functionality_storage: 'denied',
      personalization_storage: 'denied',
      security_storage: 'granted'
    });
    assertApi('gtmOnSuccess').wasCalled();
    later({ choices: { analytics: 'denied', ads: 'granted' } });
    assertApi('updateConsentState').wasCalledWith({
      ad_storage: 'granted',
      ad_user_data: 'granted',
      ad_personalization: 'granted',
      analytics_storage: 'denied',
      functionality_storage: 'denied',
      personalization_storage: 'denied',
      security_storage: 'granted'
    });
- name: A tag in the page itself is not loaded again
  code: |-
    mock('copyFromWindow', (name) => name === 'placet.version' ? '0.1.0' : undefined);
    mock('callInWindow', () => ({ analytics: 'denied' }));
    runCode(mockData);
    assertApi('injectScript').wasNotCalled();
    assertApi('gtmOnSuccess').wasCalled();
- name: The region goes ahead of the tag
  code: |-
    mockData.region = 'US-CA';
    mock('injectScript', () => {
      assertApi('setInWindow').wasCalledWith('placet', { region: 'US-CA' }, false);
    });
    runCode(mockData);
    assertApi('injectScript').wasCalled();
- name: Where Placet cannot be loaded, everything stays denied
  code: |-
    mock('injectScript', (url, onSuccess, onFailure) => onFailure());
    runCode(mockData);
    assertApi('updateConsentState').wasNotCalled();
    assertApi('gtmOnFailure').wasCalled();
- name: Where Placet has failed, everything stays denied
  code: |-
    mock('injectScript', (url, onSuccess) => onSuccess());
    mock('callInWindow', () => undefined);
    runCode(mockData);
    assertApi('updateConsentState').wasNotCalled();
    assertApi('gtmOnFailure').wasCalled();
- name: Without the permission nothing is loaded
  code: |-
    mock('queryPermission', () => false);
    runCode(mockData);
    assertApi('injectScript').wasNotCalled();
    assertApi('gtmOnFailure').wasCalled();
setup: |-
  const mockData = {
    src: 'https://consent.shop.example/embed/placet.js',
    ads: 'ads',
    analytics: 'analytics',
    functional: 'functional',
    personalization: 'recommendations',
    wait: '500',
    redact: true,
    passthrough: false
  };
  mock('copyFromWindow', () => undefined);


___NOTES___

Tag Manager loads this tag, so it comes after the page has begun. The sure way is the tag of Placet in the head of the
page, ahead of Tag Manager; this template then finds it there and only passes its answers on.
