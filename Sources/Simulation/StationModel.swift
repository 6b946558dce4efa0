/// The simulated stations: a dozen, from the mountains to the sea, one or two of each kind.
///
/// Ids, names and places are made up after the pattern of real ones; parameters and units are those of the dictionary,
/// levels and daily courses what such stations show.
public struct StationModel: Sendable {
    public let stations: [SimulatedStation]
    /// Two models of one seed say the same at every moment.
    public let seed: UInt64

    /// - Parameter count: as many of the dozen; beyond twelve they begin again with a further number in the id.
    public init(count: Int = Self.dozen.count, seed: UInt64 = 1) {
        let dozen = Self.dozen
        stations = (0..<max(count, 1)).map { index in
            let station = dozen[index % dozen.count]
            return index < dozen.count ? station : station.renamed("\(station.id)-\(index / dozen.count + 1)")
        }
        self.seed = seed
    }

    /// All twelve, in the order in which a smaller number takes them.
    public static var dozen: [SimulatedStation] {
        [
            ambientAir(
                "HN-KK-01", "Trạm không khí Nguyễn Văn Cừ", "Nguyen Van Cu ambient air station", at: (21.046, 105.877),
                dust: 46),
            wastewater(
                "HN-NT-07", "Trạm nước thải KCN Thăng Long", "Thang Long industrial park effluent",
                at: (21.128, 105.776), flow: 420),
            surfaceWater(
                "HN-NM-02", "Trạm nước mặt sông Nhuệ – Cầu Chiếc", "Nhue river at Chiec bridge", at: (20.877, 105.842)),
            meteorology("LC-KT-01", "Trạm khí tượng Sa Pa", "Sa Pa weather station", at: (22.333, 103.833)),
            tideGauge("HP-HV-01", "Trạm hải văn Hòn Dấu", "Hon Dau tide gauge", at: (20.667, 106.817)),
            groundwater(
                "HN-ND-11", "Giếng quan trắc nước dưới đất Mai Dịch", "Mai Dich groundwater well", at: (21.042, 105.774)
            ),
            stack(
                "QN-KT-03", "Trạm khí thải nhiệt điện Quảng Ninh", "Quang Ninh power plant stack", at: (21.01, 107.13)),
            river("HN-TV-05", "Trạm thủy văn Hà Nội – sông Hồng", "Hanoi gauge, Red river", at: (21.035, 105.86)),
            reservoir("HB-HC-01", "Hồ chứa Hòa Bình", "Hoa Binh reservoir", at: (20.808, 105.324)),
            ambientAir(
                "HCM-KK-03", "Trạm không khí Đại học Bách khoa TP. Hồ Chí Minh", "Ho Chi Minh City air station",
                at: (10.773, 106.66), dust: 24),
            saltIntrusion("BT-TV-02", "Trạm đo mặn sông Hàm Luông", "Ham Luong salinity station", at: (10.056, 106.42)),
            meteorology("DN-KT-02", "Trạm khí tượng Đà Nẵng", "Da Nang weather station", at: (16.067, 108.2)),
        ]
    }
}
