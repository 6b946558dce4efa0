import Testing

@testable import Acquisition

@Suite struct `Subscription plan` {
    @Test(arguments: [UInt8(0), 3, 127, 128, 135])
    func `a grant of anything but QoS 1 or 2 is a refusal`(code: UInt8) {
        var plan = SubscriptionPlan(wanted: ["a"], remembered: [], hasSession: false)
        plan.noteSubscribe("a", request: 1)
        #expect(plan.noteAnswer(request: 1, code: code) == .refused("a", code: code))
        #expect(!plan.isComplete)
    }

    @Test func `asks for everything in a new session`() {
        let plan = SubscriptionPlan(wanted: ["a", "b", "a"], remembered: ["a", "c"], hasSession: false)
        #expect(plan.toSubscribe == ["a", "b"])
        #expect(plan.toUnsubscribe.isEmpty)
    }

    @Test func `asks for the difference in a continued session`() {
        let plan = SubscriptionPlan(wanted: ["a", "b"], remembered: ["a", "c"], hasSession: true)
        #expect(plan.toSubscribe == ["b"])
        #expect(plan.toUnsubscribe == ["c"])
        #expect(!plan.isComplete)
    }

    @Test func `keeps what the broker granted and gave back`() {
        var plan = SubscriptionPlan(wanted: ["a", "b"], remembered: ["a", "c"], hasSession: true)
        plan.noteSubscribe("b", request: 1)
        plan.noteUnsubscribe("c", request: 2)
        #expect(plan.toSubscribe.isEmpty && plan.toUnsubscribe.isEmpty)
        #expect(plan.noteAnswer(request: 1, code: 1) == .granted("b"))
        #expect(plan.noteReturn(request: 2) == .returned("c"))
        #expect(plan.granted == ["a", "b"])
        #expect(plan.isComplete)
    }

    @Test func `does not count a refusal as granted and asks again`() {
        var plan = SubscriptionPlan(wanted: ["a"], remembered: [], hasSession: false)
        plan.noteSubscribe("a", request: 1)
        #expect(plan.noteAnswer(request: 1, code: 128) == .refused("a", code: 128))
        #expect(plan.granted.isEmpty && !plan.isComplete)
        #expect(plan.toSubscribe == ["a"])
        plan.noteSubscribe("a", request: 2)
        #expect(plan.noteAnswer(request: 2, code: 2) == .granted("a"))
        #expect(plan.isComplete)
    }

    @Test func `ignores answers to questions of somebody else`() {
        var plan = SubscriptionPlan(wanted: ["a"], remembered: [], hasSession: false)
        #expect(plan.noteAnswer(request: 9, code: 1) == nil)
        #expect(plan.noteReturn(request: 9) == nil)
    }
}
