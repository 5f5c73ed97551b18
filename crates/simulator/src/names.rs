//! The words of the simulated company, each in Chinese and in English: what it sells, who works there, who buys, what goes wrong.

use crate::Language;
use rand::{Rng, rngs::StdRng};

/// Chinese and English for the same thing.
pub(crate) type Pair = (&'static str, &'static str);

/// One of both, as the language asks; mixed companies are mostly Chinese.
pub(crate) fn pick(pair: Pair, language: Language, rng: &mut StdRng) -> &'static str {
    match language {
        Language::Chinese => pair.0,
        Language::English => pair.1,
        Language::Mixed => {
            if rng.random_bool(0.7) {
                pair.0
            } else {
                pair.1
            }
        }
    }
}

/// Name, series of its code, price in fen.
pub(crate) const PRODUCTS: [(Pair, &str, i64); 60] = [
    (("马可波罗瓷砖 800×800", "Marco Polo tile 800×800"), "A", 6_890),
    (("马可波罗瓷砖 600×600", "Marco Polo tile 600×600"), "A", 4_590),
    (("东鹏抛光砖 800×800", "Dongpeng polished tile 800×800"), "A", 5_980),
    (("诺贝尔仿古砖 300×600", "Nobel rustic tile 300×600"), "A", 3_250),
    (("蒙娜丽莎岩板 900×1800", "Mona Lisa sintered slab 900×1800"), "A", 32_800),
    (("冠珠木纹砖 200×1200", "Guanzhu wood-look tile 200×1200"), "A", 4_280),
    (("厨房白色面包砖 100×200", "White metro tile 100×200"), "A", 260),
    (("六角花砖 200×230", "Hexagon pattern tile 200×230"), "A", 890),
    (("防滑地砖 300×300", "Anti-slip floor tile 300×300"), "A", 1_150),
    (("马赛克贴片 30×30", "Glass mosaic sheet 30×30"), "A", 1_690),
    (("圣象强化地板 12mm", "Power Dekor laminate 12 mm"), "B", 12_800),
    (("大自然实木地板 18mm", "Nature solid oak floor 18 mm"), "B", 36_500),
    (("SPC石塑锁扣地板", "SPC click floor"), "B", 7_900),
    (("竹木踢脚线 80mm", "Bamboo skirting 80 mm"), "B", 1_280),
    (("地板静音防潮垫 3mm", "Underlay 3 mm"), "B", 450),
    (("立邦净味乳胶漆 18L", "Nippon odourless paint 18 L"), "C", 46_800),
    (("多乐士竹炭漆 5L", "Dulux bamboo charcoal paint 5 L"), "C", 32_900),
    (("三棵树外墙漆 20kg", "3Trees façade paint 20 kg"), "C", 38_600),
    (("华润木器清漆 2.5kg", "Huarun wood varnish 2.5 kg"), "C", 15_900),
    (("美巢耐水腻子 20kg", "Meichao wall putty 20 kg"), "C", 4_200),
    (("界面剂 18kg", "Primer 18 kg"), "C", 9_800),
    (("海螺水泥 P.O 42.5", "Conch cement P.O 42.5"), "D", 2_350),
    (("中砂 50kg", "Medium sand 50 kg"), "D", 980),
    (("德高瓷砖胶 20kg", "Davco tile adhesive 20 kg"), "D", 5_600),
    (("雨虹防水涂料 18kg", "Oriental Yuhong waterproofing 18 kg"), "D", 26_800),
    (("环氧美缝剂 400ml", "Epoxy grout 400 ml"), "D", 5_900),
    (("中性硅酮密封胶 300ml", "Neutral silicone 300 ml"), "D", 1_680),
    (("聚氨酯发泡胶 750ml", "PU foam 750 ml"), "D", 1_980),
    (("龙牌石膏板 9.5mm", "Dragon plasterboard 9.5 mm"), "E", 2_680),
    (("轻钢龙骨 50型 3m", "Steel stud 50 mm, 3 m"), "E", 1_350),
    (("硅酸钙板 8mm", "Calcium silicate board 8 mm"), "E", 3_900),
    (("岩棉保温板 50mm", "Rock wool board 50 mm"), "E", 3_450),
    (("集成吊顶铝扣板 300×300", "Aluminium ceiling panel 300×300"), "E", 890),
    (("兔宝宝生态板 E0 17mm", "Tubao plywood E0 17 mm"), "E", 18_900),
    (("欧松板 OSB 9mm", "OSB board 9 mm"), "E", 7_600),
    (("伟星PPR水管 25×4.2", "Weixing PPR pipe 25×4.2"), "F", 1_560),
    (("联塑PVC排水管 110", "Lesso PVC drain pipe 110"), "F", 2_980),
    (("铜球阀 DN20", "Brass ball valve DN20"), "F", 2_750),
    (("PPR弯头 25 90°", "PPR elbow 25, 90°"), "F", 320),
    (("不锈钢波纹管 60cm", "Stainless hose 60 cm"), "F", 1_290),
    (("九牧花洒套装", "Jomoo shower set"), "G", 68_900),
    (("科勒台下盆", "Kohler under-counter basin"), "G", 59_900),
    (("箭牌连体坐便器", "Arrow one-piece toilet"), "G", 99_800),
    (("浴室镜柜 80cm", "Mirror cabinet 80 cm"), "G", 72_500),
    (("不锈钢厨房水槽 78×43", "Stainless kitchen sink 78×43"), "G", 46_900),
    (("抽拉式厨房龙头", "Pull-out kitchen tap"), "G", 25_900),
    (("地漏 10×10 防臭", "Floor drain 10×10"), "G", 3_980),
    (("公牛五孔插座", "Bull five-hole socket"), "H", 1_480),
    (("德力西空开 2P 63A", "Delixi breaker 2P 63 A"), "H", 3_580),
    (("远东电线 BV 2.5mm² 100m", "Far East wire BV 2.5 mm², 100 m"), "H", 18_600),
    (("远东电线 BV 4mm² 100m", "Far East wire BV 4 mm², 100 m"), "H", 29_400),
    (("欧普LED筒灯 5W", "Opple LED downlight 5 W"), "H", 1_590),
    (("雷士LED平板灯 600×600", "NVC LED panel 600×600"), "H", 8_900),
    (("PVC穿线管 20 3m", "PVC conduit 20, 3 m"), "H", 380),
    (("铝合金推拉窗型材 6m", "Aluminium window profile 6 m"), "J", 21_500),
    (("钢化玻璃 8mm 1200×2000", "Tempered glass 8 mm 1200×2000"), "J", 26_400),
    (("TATA室内木门", "TATA interior door"), "J", 148_000),
    (("顶固门锁套装", "Topstrong door lock set"), "J", 19_800),
    (("304不锈钢合页 4寸", "304 hinge 4 in"), "J", 1_280),
    (("自攻螺钉 3.5×25 1000只", "Drywall screws 3.5×25, 1000"), "J", 3_200),
];

pub(crate) const WAREHOUSES: [Pair; 3] = [("一号仓", "Warehouse 1"), ("二号仓", "Warehouse 2"), ("三号仓", "Warehouse 3")];

pub(crate) const STAFF: [Pair; 10] = [
    ("王芳", "Fang Wang"),
    ("李强", "Qiang Li"),
    ("张伟", "Wei Zhang"),
    ("刘洋", "Yang Liu"),
    ("陈静", "Jing Chen"),
    ("赵磊", "Lei Zhao"),
    ("黄敏", "Min Huang"),
    ("周杰", "Jay Zhou"),
    ("吴倩", "Anna Wu"),
    ("孙浩", "Leo Sun"),
];

/// Who decides when nobody does: the heads of department.
pub(crate) const HEADS: [Pair; 3] = [("何建国", "Jianguo He"), ("林晓梅", "Grace Lin"), ("郑志远", "Frank Zheng")];

pub(crate) const CUSTOMERS: [Pair; 16] = [
    ("上海建工第五分公司", "Shanghai Construction No. 5"),
    ("杭州万科装饰", "Hangzhou Vanke Interiors"),
    ("金螳螂装饰", "Gold Mantis Decoration"),
    ("苏州工业园区物业", "Suzhou Park Properties"),
    ("业之峰装饰南京店", "Yezhifeng Nanjing"),
    ("东易日盛", "Dong Yi Ri Sheng"),
    ("宁波海曙五金店", "Haishu Hardware, Ningbo"),
    ("合肥绿地中心项目部", "Greenland Centre Hefei"),
    ("无锡恒大酒店", "Hengda Hotel Wuxi"),
    ("嘉兴南湖学校", "Nanhu School Jiaxing"),
    ("尚品宅配", "Shangpin Home"),
    ("绍兴安昌古镇改造办", "Anchang Old Town Renewal"),
    ("常州天宁医院", "Tianning Hospital Changzhou"),
    ("南通二建", "Nantong No. 2 Builders"),
    ("徐州百信商贸", "Baixin Trading Xuzhou"),
    ("张先生（散客）", "Mr Zhang (walk-in)"),
];

pub(crate) const SUPPLIERS: [Pair; 8] = [
    ("广东马可波罗陶瓷", "Marco Polo Ceramics Guangdong"),
    ("东鹏控股", "Dongpeng Holdings"),
    ("海螺水泥芜湖公司", "Conch Cement Wuhu"),
    ("东方雨虹", "Oriental Yuhong"),
    ("伟星新材", "Weixing New Materials"),
    ("立邦中国", "Nippon Paint China"),
    ("九牧厨卫", "Jomoo Kitchen & Bath"),
    ("远东电缆", "Far East Cable"),
];

pub(crate) const OUT_REASONS: [Pair; 4] =
    [("门店提货", "Store pick-up"), ("工地配送", "Site delivery"), ("电商发货", "Web order"), ("样板间领用", "Show room")];
pub(crate) const IN_REASONS: [Pair; 3] = [("采购到货", "Purchase arrived"), ("调拨入库", "Transfer in"), ("供应商补货", "Supplier top-up")];
pub(crate) const ADJUST_REASONS: [Pair; 4] =
    [("盘点差异", "Stock count"), ("破损报废", "Breakage"), ("录入更正", "Entry corrected"), ("色号混放整理", "Shades sorted")];

/// Why approval is asked, by resource type.
pub(crate) fn approval_reasons(resource_type: &str) -> &'static [Pair] {
    match resource_type {
        "order" => &[
            ("超出客户信用额度", "Above the customer's credit limit"),
            ("低于底价，申请特价", "Below list price, special offer"),
            ("加急插单", "Rush order"),
        ],
        "return" => &[("色差退货", "Wrong shade"), ("工程余料退回", "Left over from the site"), ("运输破损", "Damaged in transit")],
        "payment" => &[("供应商月结", "Supplier's monthly account"), ("预付货款", "Advance payment"), ("物流费用结算", "Freight costs")],
        "refund" => &[("客户取消订单", "Customer cancelled"), ("重复付款", "Paid twice"), ("质量问题协商退款", "Quality claim settled")],
        _ => &[("季度盘点差异", "Quarterly count differs"), ("破损报废超限", "Breakage above limit")],
    }
}

/// System notices: what they say at level info.
pub(crate) const SYSTEM_INFO: [Pair; 6] = [
    ("夜间备份已完成", "Nightly backup finished"),
    ("价格表同步完成，更新 214 条", "Price list synchronised, 214 rows"),
    ("月度报表已生成", "Monthly report is ready"),
    ("电子发票接口恢复正常", "E-invoice service is back to normal"),
    ("新版本 3.8.2 已部署", "Version 3.8.2 deployed"),
    ("库存快照已生成", "Stock snapshot taken"),
];
/// System notices: what they say at level warning.
pub(crate) const SYSTEM_WARNING: [Pair; 4] = [
    ("物流接口响应缓慢（平均 4.2 秒）", "Carrier API answers slowly (4.2 s on average)"),
    ("二号仓手持终端 3 台离线", "3 handheld terminals offline in warehouse 2"),
    ("数据库磁盘使用率 82%", "Database disk 82 % full"),
    ("短信额度剩余不足 500 条", "Fewer than 500 text messages left"),
];
