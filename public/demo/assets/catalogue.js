// Everything that the shop sells. The pages hold the same words, so that they read well before any script has run.
window.shop = { items: [
  {
    id: "ripple-teapot", pic: "teapot", price: 368, glaze: "celadon", room: "tea",
    en: {
      name: "Ripple teapot", made: "Celadon stoneware, Longquan",
      alt: "A round celadon teapot with lotus petals cut into its side and a bamboo handle",
      text: "Thrown in one piece and cut with lotus petals while the clay is still soft. The glaze pools in the lines and turns a deeper green each time you look. Pours without a drop on the cloth.",
      facts: [["Holds", "600 ml, four cups"], ["Size", "24 × 17 cm with the handle up"], ["Care", "Rinse with warm water, no soap"]]
    },
    zh: {
      name: "涟漪茶壶", made: "龙泉青瓷",
      alt: "圆腹青瓷提梁壶，壶身刻莲瓣纹，竹制提梁",
      text: "一体拉坯，趁泥未干时刻出莲瓣。釉色沉入刀痕，愈看愈青。出水利落，收水不滴。",
      facts: [["容量", "600 毫升，约四杯"], ["尺寸", "含提梁 24 × 17 厘米"], ["养护", "温水冲洗，勿用洗洁精"]]
    }
  },
  {
    id: "moon-white-cups", pic: "cups", price: 198, glaze: "moon", room: "tea",
    en: {
      name: "Moon white cups", made: "Porcelain, Jingdezhen, set of four",
      alt: "Four white porcelain cups with a blue double line and a small painted lotus, two of them filled with tea",
      text: "Thin enough to see the tea through the wall, wide enough to cool it. Each lotus is painted by hand in nine strokes, so no two are quite the same.",
      facts: [["Holds", "80 ml each"], ["Size", "8 × 5 cm"], ["Care", "Dishwasher, upper basket"]]
    },
    zh: {
      name: "月白品茗杯", made: "景德镇瓷，四只装",
      alt: "四只白瓷小杯，杯口青花双线，杯身手绘莲花，其中两只盛着茶汤",
      text: "胎薄可透茶色，口敞利于散热。每朵莲花以九笔手绘而成，没有两只完全相同。",
      facts: [["容量", "每只 80 毫升"], ["尺寸", "8 × 5 厘米"], ["养护", "可入洗碗机上层"]]
    }
  },
  {
    id: "bamboo-tray", pic: "tray", price: 239, glaze: "tea", room: "tea",
    en: {
      name: "Round bamboo tray", made: "Split bamboo, Anji",
      alt: "A round tray of woven bamboo standing upright on a small dark stand",
      text: "Two days of splitting, one of weaving. It carries a whole tea table and hangs on a nail when the guests have left. The stand comes with it.",
      facts: [["Size", "42 cm across"], ["Carries", "Up to 6 kg"], ["Care", "Wipe dry, keep out of the sun"]]
    },
    zh: {
      name: "竹编圆盘", made: "安吉竹篾",
      alt: "一只竹编圆盘立在深色小木架上",
      text: "两日剖篾，一日编成。托得起一席茶器，客散后往墙上一挂便是一幅画。附赠木架。",
      facts: [["尺寸", "直径 42 厘米"], ["承重", "不超过 6 千克"], ["养护", "擦干，避免暴晒"]]
    }
  },
  {
    id: "hares-fur-bowl", pic: "bowl", price: 158, glaze: "ink", room: "tea",
    en: {
      name: "Hare's fur bowl", made: "Iron glaze, Jianyang, with whisk",
      alt: "A dark tea bowl with copper streaks, filled with whisked green tea, a bamboo whisk resting in it",
      text: "The streaks are iron that ran while the kiln was at 1,300 degrees. Song emperors whisked their tea in bowls like this one; it is just as good for soup.",
      facts: [["Holds", "320 ml"], ["Size", "13 × 7 cm"], ["Care", "By hand; the rim is bare clay"]]
    },
    zh: {
      name: "兔毫盏", made: "建阳铁釉，附茶筅",
      alt: "深色建盏，釉面有铜色兔毫纹，盏中是打好的抹茶，搭着一支竹茶筅",
      text: "毫纹是窑温一千三百度时流淌的铁。宋人以此点茶，今人拿来喝汤也正好。",
      facts: [["容量", "320 毫升"], ["尺寸", "13 × 7 厘米"], ["养护", "手洗；口沿露胎，请轻拿轻放"]]
    }
  },
  {
    id: "moonrise-lamp", pic: "lamp", price: 529, glaze: "tea", room: "home",
    en: {
      name: "Moonrise lamp", made: "Mulberry paper and walnut",
      alt: "A round lamp of ribbed mulberry paper, glowing warmly on three walnut legs",
      text: "One long thread of bamboo, wound forty times and covered with paper made by hand. It gives the light of the hour after sunset, all evening long.",
      facts: [["Light", "LED, 2,700 K, dims in three steps"], ["Size", "32 × 46 cm"], ["Cable", "1.8 m, cloth, with switch"]]
    },
    zh: {
      name: "月升纸灯", made: "桑皮纸、胡桃木",
      alt: "圆形桑皮纸灯，三足胡桃木支架，透出暖光",
      text: "一根竹丝绕四十圈，覆以手抄桑皮纸。整个夜晚，都停在日落后的那一刻。",
      facts: [["光源", "LED，2700K，三档调光"], ["尺寸", "32 × 46 厘米"], ["线长", "1.8 米布线，带开关"]]
    }
  },
  {
    id: "wave-throw", pic: "throw", price: 459, glaze: "moon", room: "home",
    en: {
      name: "Water line throw", made: "Indigo cotton, Nantong",
      alt: "A folded indigo throw with stitched wave lines and a fringe, lying on a pile of cream and pale blue cloth",
      text: "Dyed in a vat of real indigo and stitched with rows of water. Heavy enough for a cold sofa, and softer after every wash.",
      facts: [["Size", "140 × 200 cm"], ["Weight", "1.3 kg"], ["Care", "Cold wash, with dark colours"]]
    },
    zh: {
      name: "水纹蓝染盖毯", made: "南通蓝染棉",
      alt: "一条折叠的靛蓝盖毯，绣有水波纹与流苏，叠放在米白与浅蓝的织物上",
      text: "植物靛蓝手染，一行行绣出水纹。冬日沙发上正好的分量，越洗越软。",
      facts: [["尺寸", "140 × 200 厘米"], ["重量", "1.3 千克"], ["养护", "冷水与深色衣物同洗"]]
    }
  },
  {
    id: "persimmon-vase", pic: "vase", price: 289, glaze: "persimmon", room: "home",
    en: {
      name: "Persimmon vase", made: "Persimmon glaze, Ding ware form",
      alt: "A persimmon red vase with broad shoulders holding a branch of plum blossom",
      text: "Broad shoulders, a narrow neck: the old shape for a single branch of plum. The red is all iron, with no paint in it, so it never fades.",
      facts: [["Size", "15 × 19 cm, neck 3 cm"], ["Holds water", "Yes, glazed inside"], ["Branch", "Not included; take a walk"]]
    },
    zh: {
      name: "柿釉梅瓶", made: "柿釉，定窑器形",
      alt: "一只柿红色宽肩梅瓶，插着一枝梅花",
      text: "丰肩小口，自古为一枝梅而生。红色全来自铁，不施彩绘，历久不褪。",
      facts: [["尺寸", "15 × 19 厘米，口径 3 厘米"], ["盛水", "可以，内壁施釉"], ["梅枝", "不含，出门走走便有"]]
    }
  },
  {
    id: "lotus-cushion", pic: "cushion", price: 149, glaze: "celadon", room: "home",
    en: {
      name: "Lotus pond cushion", made: "Linen and Suzhou embroidery",
      alt: "A mustard linen cushion embroidered with a lotus flower and two leaves, in front of a plain green one",
      text: "A flower, two leaves and the stitch line of the water. Embroidered in Suzhou on linen that was washed soft first. The cover opens with a hidden zip.",
      facts: [["Size", "45 × 45 cm"], ["Filling", "Feather, included"], ["Care", "Cover: gentle wash at 30 °C"]]
    },
    zh: {
      name: "荷塘绣花靠枕", made: "亚麻、苏绣",
      alt: "芥黄亚麻靠枕，绣有一朵莲花与两片荷叶，后面是一只素绿靠枕",
      text: "一花两叶，一线水痕。先水洗至柔软的亚麻，再由苏州绣娘落针。隐形拉链，可拆洗。",
      facts: [["尺寸", "45 × 45 厘米"], ["填充", "羽绒枕芯，已含"], ["养护", "枕套 30 度轻柔机洗"]]
    }
  }
] };
