// Judged, then run.
#include "transport/run_operation.hpp"

#include <atomic>

namespace parley::transport {

class sure_reply::state {
public:
    explicit state(answered reply) : reply_(std::move(reply)) {}
    state(const state&) = delete;
    ~state() {
        give(failure(fault::unavailable, "not_answered",
                     "Nobody could say what became of this; look before you retry."));
    }
    void give(result<answer> made) {
        if (!given_.exchange(true)) reply_(std::move(made));
    }

private:
    answered reply_;
    std::atomic<bool> given_ = false;
};

sure_reply::sure_reply(answered reply) : state_(std::make_shared<state>(std::move(reply))) {}

void sure_reply::operator()(result<answer> made) const { state_->give(std::move(made)); }

namespace {

/// A call while somebody judges it; answered when it is forgotten.
class judged_call {
public:
    judged_call(const operation& of, call it) : of_(of), it_(std::move(it)) {}
    judged_call(const judged_call&) = delete;
    ~judged_call() {
        const auto nobody = [] {
            return failure(fault::unavailable, "not_judged", "Nobody could say whether this may be done; try again.");
        };
        if (!was_judged_.exchange(true)) it_.reply(nobody());
    }

    [[nodiscard]] kernel::change_case question() const {
        return {.change = of_.judged_as,
                .tenant = it_.by.tenant,
                .tenant_name = it_.by.tenant_name,
                .by = it_.by.user,
                .request_id = it_.by.request_id,
                .input = of_.judged_input == nullptr ? it_.in.values() : of_.judged_input(it_),
                .asker = it_.by};
    }

    /// From any thread; the first answer counts.
    void judged(result<void> said) {
        if (was_judged_.exchange(true)) return;
        if (!said) return it_.reply(std::unexpected(std::move(said.error())));
        of_.run(std::move(it_));
    }

private:
    const operation& of_;
    call it_;
    std::atomic<bool> was_judged_ = false;
};

}  // namespace

void run_operation(const operation& of, call it) {
    auto& judges = it.with.judges;
    if (of.judged_as.empty() || !judges.any(it.by.tenant_name, of.judged_as)) return of.run(std::move(it));
    const auto waiting = std::make_shared<judged_call>(of, std::move(it));
    judges.judge(waiting->question(), [waiting](result<void> said) { waiting->judged(std::move(said)); });
}

}  // namespace parley::transport
