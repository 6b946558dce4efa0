public import Modbus

/// A slave on a simulated line.
public protocol SimulatedLineUnit: AnyObject {
    /// What it does about a request, which has arrived in full; called for requests to its own unit id only.
    func answers(to request: ServedRequest) -> [SimulatedLineAnswer]
}
