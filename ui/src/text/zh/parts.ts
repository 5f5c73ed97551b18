export const parts = {
  link: {
    others: "另有：{{states}}",
    since: "最近一条事件在 {{age}}前，此页显示的是那时的情况。",
    nothing: "还没有收到任何事件。",
    safe: "已收到的都已保存，恢复后会接着补齐。",
    quiet: "连接正常，没有中断；请确认 ERP 是否仍在发布。",
  },
  row: {
    source: "来自 {{name}}",
    doubted: "时间不可信",
    doubtedHint: "发布方标注的时间是“{{text}}”，不合常理，因此以收到的时间为准",
    late: "迟到 {{age}}",
    lateHint: "发生一分钟之后才到达，按到达的先后排列",
    disorder: "乱序 {{age}}",
    disorderHint: "后发生的事件先到了；此条按到达的先后排列",
    filled: "缺口已从历史接口补齐：{{n}} 条",
  },
  progress: {
    rate: "{{n}} / 秒",
    left: "约剩 {{age}}",
    one: "正在补齐：{{name}}",
    all: "正在补齐全部数据源",
    sources: "{{n}} 个数据源正在补齐",
  },
  search: { clear: "清空" },
  edit: {
    change: "修改{{label}}",
    number: "请输入不小于零的数",
    saved: "已保存",
    saving: "正在保存",
  },
  delivery: { severity: "级别", toast: "系统通知", sound: "声音", test: "测试" },
};
