// 设置中的阈值，各一条，以及每条告警共用的说法。由测试保证每个阈值都有文字。

export const rules = {
  fact: { count: "第 {{n}} 次" },
  limit: {
    low_stock_threshold: {
      name: "库存不足阈值",
      inRule: "阈值 {{n}} 件（默认）",
      help_other: "低于此数即为库存不足；单个商品可在库存页另设，已有 {{n}} 种单独设定",
      help_zero: "低于此数即为库存不足；单个商品可在库存页另设",
    },
    large_refund: {
      name: "大额退款",
      inRule: "大额退款 {{n}}",
      help: "退款达到此金额时提醒",
    },
    large_amount: {
      name: "大额款项",
      inRule: "大额款项 {{n}}",
      help: "达到此金额的记录在财务页突出显示",
    },
    stuck_after_minutes: {
      name: "订单滞留",
      inRule: "滞留时限 {{n}} 分钟",
      help: "在同一未完成状态停留超过此时间",
      wrong: "至少 1 分钟，且为整数",
    },
    stale_after_seconds: {
      name: "数据中断",
      inRule: "中断时限 {{n}} 秒",
      help: "数据源没有任何信号超过此时间",
      wrong: "至少 5 秒，且为整数",
    },
  },
  unit: { pieces: "件", minutes: "分钟", seconds: "秒" },
};
