// 告警规则与设置中的阈值，各一条。由测试保证每条都有文字。

export const rules = {
  rule: {
    low_stock: {
      name: "库存不足",
      text: "现有数量低于阈值",
      alert: "{{label}} 库存不足",
      limit: "低于 {{n}} 件（默认）",
    },
    approval_requested: {
      name: "审批请求",
      text: "有单据等待审批",
      alert: "{{resource_type}} {{label}} 等待审批",
    },
    approval_due: {
      name: "审批即将到期",
      text: "申请临近期限仍未处理（见“审批期限”）",
      alert: "{{resource_type}} {{label}} 即将到期",
    },
    finance_overdue: {
      name: "款项逾期",
      text: "ERP 报告款项逾期",
      alert: "款项逾期：{{amount}}",
    },
    large_refund: {
      name: "大额退款",
      text: "退款达到此金额",
      alert: "大额退款：{{amount}}",
      limit: "{{n}} 及以上",
    },
    system_critical: {
      name: "系统严重告警",
      text: "ERP 发出严重告警",
      alert: "{{label}}",
    },
    feed_stale: {
      name: "数据中断",
      text: "数据源长时间没有任何信号",
      alert: "{{label}} 的数据已停止更新",
      limit: "无信号超过 {{n}} 秒",
    },
    feed_quiet: {
      name: "久无事件",
      text: "连接正常，但没有事件的时间比平时长",
      alert: "{{label}} 久无新事件",
    },
  },
  unknown: "{{label}}",
  fact: {
    onHand: "现有 {{on_hand}}，阈值 {{threshold}}",
    hoursLeft: "按目前速度，预计 {{hours}}后用完",
    quiet: "连接正常，已 {{age}}没有事件",
    timeLeft: "提醒时剩 {{left}}",
    requester: "申请人 {{requester}}",
    count: "第 {{n}} 次",
  },
  limit: {
    low_stock_threshold: {
      name: "库存不足阈值",
      help_other: "低于此数即为库存不足；单个商品可在库存页另设，已有 {{n}} 种单独设定",
      help_zero: "低于此数即为库存不足；单个商品可在库存页另设",
    },
    large_refund: {
      name: "大额退款",
      help: "退款达到此金额时提醒",
    },
    large_amount: {
      name: "大额款项",
      help: "达到此金额的记录在财务页突出显示",
    },
    stuck_after_minutes: {
      name: "订单滞留",
      help: "在同一未完成状态停留超过此时间",
      wrong: "至少 1 分钟，且为整数",
    },
    stale_after_seconds: {
      name: "数据中断",
      help: "数据源没有任何信号超过此时间",
      wrong: "至少 5 秒，且为整数",
    },
  },
  unit: { pieces: "件", minutes: "分钟", seconds: "秒" },
};
