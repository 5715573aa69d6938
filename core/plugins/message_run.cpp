// Who may touch a run is whoever moved its state last; each change of it is one compare-and-swap.
#include "plugins/message_run.hpp"

#include <parley/abi/ext/hooks.h>

#include <fmt/format.h>

#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "plugins/abi_text.hpp"
#include "plugins/answer.hpp"

namespace parley::plugins {
namespace {

constexpr std::size_t most_words = 1024 * 1024;

/// The run whose hook this thread is inside of.
thread_local const message_run* inside_of = nullptr;

std::int64_t milliseconds(moment at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

std::unexpected<error> unheard(const hook_use& of) {
    return failure(
        fault::unavailable, "judge_unavailable",
        fmt::format("This could not be checked by {}, so it was not accepted; try again later.", of.of->says().title));
}

}  // namespace

message_run::message_run(replies& open, executor& threads, const monotonic& time,
                         std::shared_ptr<const snapshot> generation, const hook_list& list, const scope_view& scope,
                         kernel::message_case of, judgement_taker taker)
    : open_(open),
      threads_(threads),
      time_(time),
      generation_(std::move(generation)),
      list_(list),
      scope_(scope),
      of_(std::move(of)),
      taker_(std::move(taker)) {
    type_ = lend(of_.draft.type);
    text_ = lend(of_.draft.text);
    kept_.push_back(to_text(of_.draft.data));
    data_ = lend(kept_.back());
}

void message_run::run() {
    if (!self_) self_ = shared_from_this();
    const auto keep = self_;
    auto step = step_.load(std::memory_order_relaxed);
    // Moved here from a thread that waits for nothing any more: first what was said there.
    if (step > 0 && !conclude(list_[step - 1])) return;
    while (step_.load(std::memory_order_relaxed) < list_.size()) {
        step = step_.load(std::memory_order_relaxed) + 1;
        step_.store(step, std::memory_order_relaxed);
        if (!ask(list_[step - 1])) return;
        if (!conclude(list_[step - 1])) return;
    }
    finish(final_words());
}

/// True when the answer is there and this thread goes on with it.
bool message_run::ask(const hook_use& use) {
    const auto step = step_.load(std::memory_order_relaxed);
    said_ = said::none;
    began_ = time_.now();
    if (use.of->stopped.load(std::memory_order_relaxed) || !use.seen->lets_through(began_)) return true;
    const auto deadline = began_ + use.deadline;
    state_.store(state_of(step, where::calling));
    const auto reply = open_.open(use.of->number, *this, deadline);
    if (reply == 0) return true;
    auto scope = sized<parley_scope>();
    scope.tenant = of_.draft.tenant.value;
    scope.tenant_name = lend(of_.tenant_name);
    scope.model = lend(of_.in.model);
    scope.settings = scope_.settings_of(*use.of);
    const auto draft = shown();
    const auto* outer = std::exchange(inside_of, this);
    {
        const executor::inside mark(*use.seen, began_, deadline);
        use.of->runs->hook(use.number, scope, draft, reply);
    }
    inside_of = outer;
    return take_back(step);
}

/// After the hook returned: whether it has answered and nobody else took over.
bool message_run::take_back(std::uint64_t step) {
    auto expected = state_of(step, where::answered);
    if (state_.compare_exchange_strong(expected, state_of(step, where::idle))) return true;
    expected = state_of(step, where::calling);
    static_cast<void>(state_.compare_exchange_strong(expected, state_of(step, where::waiting)));
    return false;
}

/// An answer has come, on any thread.
void message_run::pass_on() {
    const auto step = step_.load(std::memory_order_relaxed);
    auto expected = state_of(step, where::calling);
    const auto next = inside_of == this ? where::answered : where::moved;
    if (state_.compare_exchange_strong(expected, state_of(step, next))) {
        if (next == where::moved) go_on_elsewhere();
        return;
    }
    expected = state_of(step, where::waiting);
    if (state_.compare_exchange_strong(expected, state_of(step, where::moved))) go_on_elsewhere();
}

void message_run::hangs() {
    auto state = state_.load();
    if (static_cast<where>(state & 7) != where::answered) return;  // not answered: the deadline ends it
    if (state_.compare_exchange_strong(state, state_of(state >> 3, where::moved))) go_on_elsewhere();
}

void message_run::go_on_elsewhere() {
    if (threads_.post(self_)) return;
    dropped();
}

void message_run::dropped() {
    finish(failure(fault::unavailable, "judge_unavailable", "The server is too busy, or stops; try again later."));
}

void message_run::answered(parley_reply, const parley_outcome& outcome) {
    take(outcome);
    pass_on();
}

void message_run::timed_out(parley_reply) {
    said_ = said::timed_out;
    pass_on();
}

void message_run::take(const parley_outcome& from) {
    const auto step = step_.load(std::memory_order_relaxed);
    const auto& use = list_[step - 1];
    said_ = said::failed;
    if (!PARLEY_HAS(&from, parley_outcome, sentence)) return;
    if (from.status == PARLEY_OK) {
        const auto* amended = PARLEY_HAS(&from, parley_outcome, amended) ? from.amended : nullptr;
        if (amended == nullptr || (use.when == phase::amend && amend(*amended))) said_ = said::passed;
        return;
    }
    if (from.status != PARLEY_REFUSED && from.status != PARLEY_HELD) {
        sentence_ = safe_sentence(view(from.sentence), "");
        return;
    }
    if (from.status == PARLEY_HELD && (use.when != phase::check || of_.what != kernel::message_case::act::send)) return;
    said_ = from.status == PARLEY_REFUSED ? said::refused : said::held;
    code_ = safe_code(view(from.code), "message_refused");
    sentence_ = safe_sentence(view(from.sentence),
                              said_ == said::refused ? "The message was refused." : "The message waits for a review.");
}

bool message_run::amend(const parley_amendment& by) {
    if (!PARLEY_HAS(&by, parley_amendment, data)) return false;
    const auto good = [](parley_text text) { return text.size <= most_words && is_utf8(view(text)); };
    if (!good(by.type) || !good(by.text) || !good(by.data)) return false;
    if (by.data.data != nullptr && !parse_object(view(by.data), {.max_bytes = most_words})) return false;
    const auto put = [this](parley_text& to, parley_text from) {
        if (from.data == nullptr) return;
        kept_.emplace_back(view(from));
        to = lend(kept_.back());
    };
    put(type_, by.type);
    put(text_, by.text);
    put(data_, by.data);
    if (by.data.data != nullptr) data_amended_ = true;
    return true;
}

bool message_run::conclude(const hook_use& use) {
    const auto was = said_;
    switch (was) {
        case said::none:
            use.seen->ended(call_end::not_asked, began_, began_);
            return fail(use);
        case said::failed:
        case said::timed_out:
            use.seen->ended(was == said::failed ? call_end::failed : call_end::timed_out, began_, time_.now());
            log::warning("a hook failed", {{"plugin", use.of->id()},
                                           {"what", use.seen->name()},
                                           {"request", of_.request_id},
                                           {"deadline_passed", was == said::timed_out},
                                           {"sentence", sentence_},
                                           {"so", name_of(use.on_failure)}});
            return fail(use);
        case said::passed:
        case said::held:
        case said::refused:
            break;
    }
    use.seen->ended(call_end::done, began_, time_.now());
    if (was == said::refused) {
        finish(failure(fault::forbidden, std::move(code_), std::move(sentence_)));
        return false;
    }
    if (was == said::held)
        holds_.push_back({.holder = use.of->id(), .reason = std::move(sentence_), .lifted_by = use.held_until});
    return true;
}

bool message_run::fail(const hook_use& use) {
    if (use.on_failure == failure_policy::skip) return true;
    if (use.on_failure == failure_policy::hold && of_.what == kernel::message_case::act::send) {
        holds_.push_back({.holder = use.of->id(),
                          .reason = fmt::format("Waits, because {} could not check it.", use.of->says().title),
                          .lifted_by = use.held_until});
        return true;
    }
    finish(unheard(use));
    return false;
}

kernel::judgement message_run::final_words() {
    kernel::judgement made{
        .type = std::string(view(type_)), .text = std::string(view(text_)), .data = {}, .holds = std::move(holds_)};
    if (!data_amended_) {
        made.data = std::move(of_.draft.data);
        return made;
    }
    if (auto read = parse_object(view(data_), {.max_bytes = most_words})) made.data = std::move(*read);
    return made;
}

void message_run::finish(result<kernel::judgement> with) {
    const auto self = std::move(self_);
    auto taker = std::move(taker_);
    if (taker) taker(std::move(with));
}

parley_message_draft message_run::shown() const {
    auto made = sized<parley_message_draft>();
    if (of_.what == kernel::message_case::act::edit) made.message = of_.draft.id.value;
    made.conversation = of_.in.id.value;
    made.author = of_.author.id.value;
    made.reply_to = of_.draft.reply_to.value;
    made.thread_root = of_.draft.thread_root.value;
    made.at = milliseconds(of_.draft.created_at);
    made.conversation_kind = lend(of_.in.kind);
    made.author_name = lend(of_.author.username);
    made.author_role = lend(of_.author.role);
    made.type = type_;
    made.text = text_;
    made.data = data_;
    return made;
}

}  // namespace parley::plugins
