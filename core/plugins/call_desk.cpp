// One call is one object: a task for the executor, and who waits for the answer.
#include "plugins/call_desk.hpp"

#include <utility>

#include "base/log.hpp"
#include "plugins/abi_text.hpp"

namespace parley::plugins {
namespace {

std::int64_t milliseconds(moment at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

}  // namespace

class call_desk::one_call final : public task, public waiter, public std::enable_shared_from_this<one_call> {
public:
    one_call(call_desk& desk, std::shared_ptr<const snapshot> generation, plugin& of, call_request what,
             answer_taker taker)
        : desk_(desk),
          generation_(std::move(generation)),
          of_(of),
          seen_(of.of(what.kind, what.number)),
          what_(std::move(what)),
          taker_(std::move(taker)) {
        if (what_.for_whom) handle_ = desk_.known_.keep({of_.number, std::move(*what_.for_whom), what_.depth});
    }

    void start() {
        began_ = desk_.passing_.now();
        deadline_ = began_ + what_.patience;
        wall_deadline_ = milliseconds(desk_.time_.now()) +
                         std::chrono::duration_cast<std::chrono::milliseconds>(what_.patience).count();
        if (of_.stopped || !seen_.lets_through(began_)) return end({.how = call_end::not_asked});
        self_ = shared_from_this();
        reply_ = desk_.open_.open(of_.number, *this, deadline_);
        if (reply_ == 0) return end({.how = call_end::not_asked});
        // Waiting for a thread counts as well: the deadline is the caller's.
        if (!desk_.threads_.post(self_) && desk_.open_.cancel(reply_)) end({.how = call_end::not_asked});
    }

    void run() override {
        const auto& scope = generation_->at(what_.tenant_name, what_.model);
        auto call = sized<parley_call>();
        call.name = lend(what_.name);
        call.scope = sized<parley_scope>();
        call.scope.tenant = what_.tenant.value;
        call.scope.tenant_name = lend(what_.tenant_name);
        call.scope.model = lend(what_.model);
        call.scope.settings = scope.settings_of(of_);
        call.user = what_.user.value;
        call.username = lend(what_.username);
        call.request_id = lend(what_.request_id);
        call.input = lend(what_.input);
        call.deadline = wall_deadline_;
        call.caller = handle_.number();
        const executor::inside mark(seen_, desk_.passing_.now(), deadline_);
        of_.runs->call(what_.kind, what_.number, call, reply_);
    }

    void dropped() override {
        if (desk_.open_.cancel(reply_)) end({.how = call_end::not_asked});
    }

    void answered(parley_reply, const parley_outcome& outcome) override { end(answer_of(outcome)); }
    void timed_out(parley_reply) override { end({.how = call_end::timed_out}); }

private:
    void end(answer made) {
        const auto self = std::move(self_);  // may be the last to hold this
        seen_.ended(made.how, began_, desk_.passing_.now());
        if (made.how == call_end::failed || made.status == PARLEY_FAILED)
            log::warning("a plugin failed", {{"plugin", of_.id()},
                                             {"what", seen_.name()},
                                             {"request", what_.request_id},
                                             {"sentence", made.sentence},
                                             {"deadline_passed", made.how == call_end::timed_out}});
        handle_ = {};
        auto taker = std::move(taker_);
        if (taker) taker(std::move(made));
    }

    call_desk& desk_;
    std::shared_ptr<const snapshot> generation_;
    plugin& of_;
    watch& seen_;
    call_request what_;
    answer_taker taker_;
    callers::handle handle_;
    std::shared_ptr<one_call> self_;  // while somebody may answer
    parley_reply reply_ = 0;
    ticks began_{};
    ticks deadline_{};
    std::int64_t wall_deadline_ = 0;
};

void call_desk::call(std::shared_ptr<const snapshot> generation, plugin& of, call_request what, answer_taker taker) {
    names_.learn(what.tenant, what.tenant_name);
    const auto one = std::make_shared<one_call>(*this, std::move(generation), of, std::move(what), std::move(taker));
    one->start();
}

}  // namespace parley::plugins
