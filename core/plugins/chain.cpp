// Finding who judges, and asking them: for a message in one run, for another change call by call.
#include "plugins/chain.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"

namespace parley::plugins {
namespace {

/// A conversation that is made names its model; other changes are judged as the tenant says.
std::string model_in(const boost::json::object& input) {
    const auto* model = input.if_contains("model");
    return model != nullptr && model->is_string() ? std::string(model->get_string()) : std::string();
}

std::string_view what_of(const kernel::message_case& of) {
    return of.what == kernel::message_case::act::send ? "message.send" : "message.edit";
}

}  // namespace

void chain::swap(std::shared_ptr<const snapshot> next) {
    {
        const std::lock_guard lock(guard_);
        now_.swap(next);
        empty_.store(now_->judges_nothing(), std::memory_order_release);
    }
    // The old one goes with `next`, after the lock, unless a call still holds it.
}

std::shared_ptr<const snapshot> chain::now() const {
    const std::lock_guard lock(guard_);
    return now_;
}

bool chain::any(std::string_view tenant_name, std::string_view what) const {
    return !empty_.load(std::memory_order_acquire) && now()->any(tenant_name, what);
}

void chain::judge(kernel::message_case of, std::move_only_function<void(result<kernel::judgement>)> answer) {
    auto generation = now();
    const auto& scope = generation->at(of.tenant_name, of.in.model);
    const auto* list = scope.route ? scope.route->judges_of(what_of(of)) : nullptr;
    if (list == nullptr)
        return answer(
            kernel::judgement{std::move(of.draft.type), std::move(of.draft.text), std::move(of.draft.data), {}});
    names_.learn(of.draft.tenant, of.tenant_name);
    const auto run = std::make_shared<message_run>(open_, threads_, time_, std::move(generation), *list, scope,
                                                   std::move(of), std::move(answer));
    if (!threads_.post(run)) run->dropped();
}

/// Calls one after the other; each answer, on whatever thread, makes the next call.
class chain::change_run : public std::enable_shared_from_this<change_run> {
public:
    change_run(call_desk& desk, std::shared_ptr<const snapshot> generation, const hook_list& list,
               kernel::change_case of, std::move_only_function<void(result<void>)> answer)
        : desk_(desk), generation_(std::move(generation)), list_(list), of_(std::move(of)), answer_(std::move(answer)) {
        model_ = model_in(of_.input);
        input_ = to_text(of_.input);
    }

    void next() {
        if (at_ == list_.size()) return answer_({});
        const auto& use = list_[at_];
        desk_.call(generation_, *use.of,
                   {.kind = call_kind::change,
                    .number = use.number,
                    .name = std::string(of_.change),
                    .tenant = of_.tenant,
                    .tenant_name = of_.tenant_name,
                    .model = model_,
                    .user = of_.by,
                    .username = of_.asker.username,
                    .request_id = of_.request_id,
                    .input = input_,
                    .patience = use.deadline,
                    .for_whom = of_.asker.user ? std::optional(of_.asker) : std::nullopt},
                   [self = shared_from_this()](answer said) { self->said(std::move(said)); });
    }

private:
    void said(answer what) {
        const auto& use = list_[at_++];
        const bool failed = what.how != call_end::done || (what.status != PARLEY_OK && what.status != PARLEY_REFUSED);
        if (!failed && what.status == PARLEY_REFUSED)
            return answer_(failure(fault::forbidden, safe_code(what.code, "change_refused"),
                                   safe_sentence(what.sentence, "This change was refused.")));
        if (failed && use.on_failure != failure_policy::skip)
            return answer_(failure(fault::unavailable, "judge_unavailable",
                                   fmt::format("This could not be checked by {}, so it was not done; try again later.",
                                               use.of->says().title)));
        next();
    }

    call_desk& desk_;
    std::shared_ptr<const snapshot> generation_;
    const hook_list& list_;
    kernel::change_case of_;
    std::move_only_function<void(result<void>)> answer_;
    std::string model_;
    std::string input_;
    std::size_t at_ = 0;
};

void chain::judge(kernel::change_case of, std::move_only_function<void(result<void>)> answer) {
    auto generation = now();
    const auto& scope = generation->at(of.tenant_name, model_in(of.input));
    const auto* list = scope.route ? scope.route->judges_of(of.change) : nullptr;
    if (list == nullptr) return answer({});
    std::make_shared<change_run>(desk_, std::move(generation), *list, std::move(of), std::move(answer))->next();
}

}  // namespace parley::plugins
